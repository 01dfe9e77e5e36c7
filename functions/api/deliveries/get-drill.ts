import { presentProbe } from '../../../contract/drill-views.ts';
import { deliveryIdOf, isOpen } from '../../../core/deliveries/delivery.ts';
import { drillType, probeIdOf, probes } from '../../../core/receivers/drill.ts';
import { parseDrillId } from '../../../core/receivers/drill-id.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuseUnknown } from '../http/refusal.ts';

export function createGetDrill({
  deliveryHistory,
}: Pick<ApiDeps, 'deliveryHistory'>): Handler<'GET /drills/{id}'> {
  return async ({ accountId, path: { id } }) => {
    const named = parseDrillId(id);
    if (!named) return refuseUnknown('drill');
    const { subscriptionId, startedAt: acceptedAt, drill } = named;
    const refs = probes.map(({ code }) => ({
      code,
      ref: { accountId, subscriptionId, eventId: probeIdOf(drill, code), eventType: drillType, acceptedAt },
    }));
    const rows = await deliveryHistory.findDeliveries(refs.map(({ ref }) => ref));
    if (rows.length === 0) return refuseUnknown('drill');
    const byId = new Map(rows.map((row) => [deliveryIdOf(row), row]));
    const results = refs.map(async ({ code, ref }) => {
      const row = byId.get(deliveryIdOf(ref));
      const [attempt] = row && !isOpen(row) ? await deliveryHistory.listAttempts(ref, 1) : [];
      return presentProbe({ code, row, attempt });
    });
    return {
      body: {
        id,
        subscriptionId,
        startedAt: acceptedAt,
        state: rows.some(isOpen) ? 'running' : 'finished',
        probes: await Promise.all(results),
      },
    };
  };
}
