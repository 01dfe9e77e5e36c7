import { drillLimits } from '../../../core/deliveries/call-limits.ts';
import { messageFor } from '../../../core/deliveries/delivery.ts';
import { plan } from '../../../core/deliveries/delivery-steps.ts';
import { drillType, probeIdOf, probes } from '../../../core/receivers/drill.ts';
import { formatDrillId } from '../../../core/receivers/drill-id.ts';
import { createAudit } from '../accounts/audit.ts';
import type { Handler } from '../http/handler.ts';
import { refuseTooManyRequests } from '../http/refusal.ts';
import { findRequested } from '../subscriptions/find-subscription.ts';
import { isEnabled, refuseNotEnabled } from '../subscriptions/not-enabled.ts';
import { type AskedDeliveryDeps, createAskedDelivery } from './asked-delivery.ts';

/** Their rows come first: the due index owns a delivery whose row waits. */
export function createStartDrill(deps: AskedDeliveryDeps): Handler<'POST /subscriptions/{id}/drill'> {
  const { deliveries, now } = deps;
  const { timesFor, senderAfter } = createAskedDelivery(deps);
  const audit = createAudit(deps);

  return async (request) => {
    const found = await findRequested(deps.subscriptions, request);
    if ('problem' in found) return found;
    const { subscription } = found;
    if (!isEnabled(subscription)) return refuseNotEnabled(subscription);
    const turn = await deps.reserveTurns(drillLimits(subscription), now());
    if (turn.kind !== 'now') return refuseTooManyRequests('A drill was started a moment ago.', 10);
    const { accountId, id: subscriptionId } = subscription;
    const drill = `drl_${deps.randomBytes(12).toString('hex')}`;
    const startedAt = now().toISOString();
    const times = timesFor(subscription);
    const calls = probes.map(({ code }, index) => {
      const ref = { accountId, subscriptionId, eventId: probeIdOf(drill, code), eventType: drillType };
      // A few at a time: a small receiver takes no flood.
      const delayMs = Math.floor(index / 4) * 1_000;
      const own = { waitMs: times.waitMs + delayMs, dueInMs: times.dueInMs + delayMs };
      return { row: plan({ ...ref, acceptedAt: startedAt }, own, now()), own };
    });
    const id = formatDrillId({ subscriptionId, startedAt, drill });
    await audit(request, 'drill.started', { subscriptionId, details: { drillId: id } });
    await Promise.all(calls.map(({ row }) => deliveries.replaceDelivery(undefined, row)));
    await Promise.all(calls.map(({ row, own }) => senderAfter(own)(messageFor(row))));
    return { body: { id, subscriptionId, startedAt } };
  };
}
