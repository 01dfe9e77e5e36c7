import { type Call, callsOf, onTheWayMs, refOf, successesByDelivery } from './calls.ts';
import type { Evidence } from './evidence.ts';
import { findCalledWhileFailing } from './failing-runs.ts';
import { findLost } from './losses.ts';
import type { Violation } from './promises.ts';
import {
  findAltered,
  findCalledTooOften,
  findMisrecorded,
  findRepeated,
  findUnheard,
  findUnrecorded,
} from './receptions.ts';

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<
    Record<
      'accepted' | 'delivered' | 'exhausted' | 'parked' | 'duplicates' | 'lost' | 'phantom' | 'crossed',
      number
    >
  >;
}

/**
 * Judges a run by its evidence. It imports nothing of the product, so that no mistake is made on both sides.
 */
export function judge(evidence: Evidence): Verdict {
  const calls = callsOf(evidence);
  const lost = findLost(evidence, calls);
  const phantoms = findPhantoms(evidence, calls);
  const crossed = findCrossed(evidence, calls);
  return {
    violations: [
      ...lost,
      ...phantoms,
      ...crossed,
      ...findAltered(evidence, calls),
      ...findRepeated(evidence, calls),
      ...findCalledTooOften(evidence, calls),
      ...findUnrecorded(evidence, calls),
      ...findMisrecorded(evidence, calls),
      ...findUnheard(evidence, calls),
      ...findSlowedDown(evidence),
      ...findCalledAfterEnd(evidence, calls),
      ...findCalledWhileFailing(evidence, calls),
      ...findSecrets(evidence),
      ...evidence.touched.map((address) => ({
        invariant: 'I12' as const,
        what: `${address} was connected to`,
      })),
    ],
    counts: {
      accepted: evidence.published.length,
      delivered: evidence.rows.filter(({ state }) => state === 'delivered').length,
      exhausted: evidence.rows.filter(({ state }) => state === 'exhausted').length,
      parked: evidence.rows.filter(({ state }) => state === 'parked').length,
      duplicates: [...successesByDelivery(evidence, calls).values()].reduce(
        (sum, successes) => sum + successes.length - 1,
        0,
      ),
      lost: lost.filter(({ invariant }) => invariant === 'I1').length,
      phantom: phantoms.length,
      crossed: crossed.length,
    },
  };
}

/** I2. */
function findPhantoms({ published, subscriptions }: Evidence, calls: readonly Call[]): Violation[] {
  const types = new Map(published.map(({ id, type }) => [id, type]));
  const taken = new Map(subscriptions.map(({ id, eventTypes }) => [id, eventTypes]));
  return calls.flatMap((call): Violation[] => {
    if (!call.event) return [];
    const type = types.get(call.event.id);
    if (type === undefined) return [{ invariant: 'I2', what: 'nobody published this event', ...refOf(call) }];
    if (taken.get(call.subscriptionId)?.includes(type)) return [];
    return [{ invariant: 'I2', what: `its subscription does not take ${type}`, ...refOf(call) }];
  });
}

/** I3. */
function findCrossed({ published, subscriptions }: Evidence, calls: readonly Call[]): Violation[] {
  const owners = new Map(subscriptions.map(({ id, accountId }) => [id, accountId]));
  const publishers = new Map(published.map(({ id, accountId }) => [id, accountId]));
  return calls.flatMap((call): Violation[] => {
    const publisher = call.event && publishers.get(call.event.id);
    const owner = owners.get(call.subscriptionId);
    if (publisher === undefined || publisher === owner) return [];
    return [{ invariant: 'I3', what: `an event of ${publisher} at ${owner}`, ...refOf(call) }];
  });
}

/** I8. */
function findSlowedDown({ latencyRatio = 0 }: Evidence): Violation[] {
  if (latencyRatio <= 2) return [];
  const what = `the others' latency, less a second, is ${latencyRatio.toFixed(1)} times their baseline`;
  return [{ invariant: 'I8', what }];
}

/** I9. */
function findCalledAfterEnd({ subscriptions }: Evidence, calls: readonly Call[]): Violation[] {
  const subscriptionOf = new Map(subscriptions.map((one) => [one.id, one]));
  return calls.flatMap((call): Violation[] => {
    const {
      endedAtMs = Number.POSITIVE_INFINITY,
      moved,
      quiet = [],
    } = subscriptionOf.get(call.subscriptionId) ?? {};
    const lateMs = call.atMs - endedAtMs;
    if (lateMs > onTheWayMs)
      return [{ invariant: 'I9', what: `called ${lateMs} ms after its end`, ...refOf(call) }];
    if (quiet.some(({ fromMs, untilMs }) => call.atMs > fromMs + onTheWayMs && call.atMs < untilMs))
      return [{ invariant: 'I9', what: 'called while its calls are held back', ...refOf(call) }];
    if (!moved || call.path === moved.path || call.atMs <= moved.atMs + onTheWayMs) return [];
    return [{ invariant: 'I9', what: `called at ${call.path} after it has moved`, ...refOf(call) }];
  });
}

/** I11. */
function findSecrets({ texts, secrets }: Evidence): Violation[] {
  return Object.entries(texts).flatMap(([where, text]) =>
    Object.entries(secrets)
      .filter(([, secret]) => text.includes(secret) || text.includes(secret.replace(/^whsec_/, '')))
      .map(([name]) => ({ invariant: 'I11' as const, what: `${name} stands in ${where}` })),
  );
}
