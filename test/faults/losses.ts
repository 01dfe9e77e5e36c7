import { type Call, groupByDelivery, isSuccess, keyOf, timesInterrupted } from './calls.ts';
import type { Evidence, HeldEvidence, RowEvidence, SubscriptionEvidence } from './evidence.ts';
import type { Violation } from './promises.ts';

/** I1, I14 for what is parked, and I10 for what a redrive has sent back: each event × each subscription that takes it. */
export function findLost(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const rows = new Map(evidence.rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row]));
  const held = Map.groupBy(evidence.held, ({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId));
  const wasHeld = new Set(evidence.redriven.map((one) => keyOf(one.subscriptionId, one.eventId)));
  const callsOf = groupByDelivery(calls);
  const expected = expectedDeliveries(evidence);
  const deliveries = expected.flatMap(({ subscription, event }): Violation[] => {
    const [key, eventKey] = [keyOf(subscription.id, event.id), keyOf(undefined, event.id)];
    const whereabouts = {
      row: rows.get(key),
      calls: callsOf.get(key) ?? [],
      exhausted: (held.get(key) ?? []).some(isExhausted),
      isHeld: held.has(key) || held.has(eventKey),
    };
    const what = explainLoss(evidence, subscription, whereabouts);
    if (!what) return [];
    const isParked = rows.get(key)?.state === 'parked';
    const invariant = isParked ? 'I14' : wasHeld.has(key) || wasHeld.has(eventKey) ? 'I10' : 'I1';
    return [{ invariant, what, subscriptionId: subscription.id, eventId: event.id }];
  });
  const expectedKeys = new Set(expected.map(({ subscription, event }) => keyOf(subscription.id, event.id)));
  return [...findWronglyHeld(evidence), ...deliveries, ...findUnexpectedLost(evidence, expectedKeys)];
}

/** Whatever can never be delivered is held, and nothing else but what is exhausted: that a person finds it is no reason. */
function findWronglyHeld({ published, held }: Evidence): Violation[] {
  const events = new Map(published.map((event) => [event.id, event]));
  const heldIds = new Set(held.map(({ eventId }) => eventId));
  const unheld = published
    .filter(({ body, id }) => body === undefined && !heldIds.has(id))
    .map(
      ({ id }): Violation => ({ invariant: 'I1', what: 'cannot be delivered, and is not held', eventId: id }),
    );
  const wronglyHeld = held
    .filter((message) => !isExhausted(message) && events.get(message.eventId)?.body !== undefined)
    .map(({ queue, eventId, subscriptionId }): Violation => {
      const what = `held in ${queue}, which nothing explains`;
      return { invariant: 'I1', what, subscriptionId, eventId };
    });
  return [...unheld, ...wronglyHeld];
}

function isExhausted({ queue }: HeldEvidence): boolean {
  return queue.endsWith('-exhausted-deliveries');
}

interface Whereabouts {
  readonly row: RowEvidence | undefined;
  readonly calls: readonly Call[];
  /** Its dead letter is where exhausted deliveries are. */
  readonly exhausted: boolean;
  /** Anywhere, or as the event before it became deliveries: whether it may be is another question. */
  readonly isHeld: boolean;
}

function explainLoss(
  evidence: Evidence,
  subscription: SubscriptionEvidence,
  { row, calls, exhausted, isHeld }: Whereabouts,
): string | undefined {
  switch (row?.state) {
    case undefined:
      if (exhausted) return 'a dead letter without a row';
      return isHeld ? undefined : 'no row and no dead letter';
    case 'delivered':
      return calls.some(isSuccess) ? undefined : 'delivered, and its receiver has never taken it';
    case 'exhausted':
      return exhausted
        ? explainExhaustion(evidence, subscription, row, calls)
        : 'exhausted without a dead letter';
    case 'cancelled':
      return explainCancellation(evidence, subscription, row);
    case 'parked':
      return subscription.isHeldBack ? undefined : `still parked (${row.reason}), at rest`;
    default:
      return `still ${row?.state}, at rest`;
  }
}

function explainCancellation(
  { excuses }: Evidence,
  { endAskedAtMs }: SubscriptionEvidence,
  row: RowEvidence,
): string | undefined {
  if (endAskedAtMs === undefined) return 'cancelled by nobody';
  const aheadMs = endAskedAtMs - excuses.clockOffMs - row.atMs;
  return aheadMs > 0 ? `cancelled ${aheadMs} ms before anybody asked for its end` : undefined;
}

/** All attempts were made, or none could help, or the time was over, and none had success. */
function explainExhaustion(
  evidence: Evidence,
  subscription: SubscriptionEvidence,
  row: RowEvidence,
  calls: readonly Call[],
): string | undefined {
  const { excuses, fewestAttempts, horizonMs } = evidence;
  // A receiver does not see that its answer came too late, or was not heard by a function that died.
  const unheard =
    row.attempts.filter(({ status }) => status === undefined).length +
    excuses.repeatedCalls +
    excuses.unrecordedCalls +
    timesInterrupted(evidence, row, calls);
  if (calls.filter(isSuccess).length > unheard) return 'exhausted, although its receiver has taken it';
  const attempts = Math.max(calls.length, row.attempts.length) - row.probes;
  if (row.reason === 'expired') return explainExpiry(evidence, row, horizonMs);
  const endsAtOnce = subscription.isForbidden || calls.some(({ status }) => status === 410);
  const fewest = endsAtOnce ? 1 : fewestAttempts;
  return attempts < fewest ? `exhausted after ${attempts} of ${fewest} attempts` : undefined;
}

/** Of a delivery that is redriven, the time begins anew. */
function explainExpiry({ published, excuses }: Evidence, row: RowEvidence, horizonMs: number) {
  const { atMs = 0 } = published.find(({ id }) => id === row.eventId) ?? {};
  const earlyMs = atMs + horizonMs - excuses.clockOffMs - row.atMs;
  return earlyMs > 0 ? `expired ${earlyMs} ms before its time was over` : undefined;
}

/** Also what might as well not have been planned, once it has a row. */
function expectedDeliveries({ published, takenIn, subscriptions, rows }: Evidence) {
  const planned = new Set(rows.map(({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId)));
  const decidedAtMs = new Map(takenIn.map((one) => [keyOf(one.accountId, one.eventId), one.atMs]));
  return published
    .filter(({ body }) => body !== undefined)
    .flatMap((event) =>
      subscriptions
        .filter(
          ({ id, accountId, eventTypes, effectiveAtMs, endAskedAtMs = Number.POSITIVE_INFINITY }) =>
            planned.has(keyOf(id, event.id)) ||
            (accountId === event.accountId &&
              eventTypes.includes(event.type) &&
              event.atMs >= effectiveAtMs &&
              (decidedAtMs.get(keyOf(accountId, event.id)) ?? event.atMs) < endAskedAtMs),
        )
        .map((subscription) => ({ subscription, event })),
    );
}

/**
 * What was held and redriven, and is not a delivery that is expected: of events that nobody published, or taken in while
 * the end of its subscription was asked for. Of those that are expected, each has been looked at.
 */
function findUnexpectedLost({ redriven, held, rows, published }: Evidence, expected: ReadonlySet<string>) {
  const found = new Set([
    ...held.map(({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId)),
    ...rows
      .filter(({ state }) => state === 'delivered' || state === 'cancelled')
      .map(({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId)),
    ...published.map(({ id }) => keyOf(undefined, id)),
    ...expected,
  ]);
  return redriven
    .filter(({ subscriptionId, eventId }) => !found.has(keyOf(subscriptionId, eventId)))
    .map(({ subscriptionId, eventId }): Violation => {
      const what = 'redriven, and neither ended nor held again';
      return { invariant: 'I10', what, subscriptionId, eventId };
    });
}
