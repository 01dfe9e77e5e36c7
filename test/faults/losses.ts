import { type Call, groupByDelivery, isSuccess, keyOf, timesInterrupted } from './calls.ts';
import type { Evidence, HeldEvidence, RowEvidence, SubscriptionEvidence } from './evidence.ts';
import type { Violation } from './promises.ts';

/** I1: each event × each subscription that takes it. */
export function findLost(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const rows = new Map(evidence.rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row]));
  const held = Map.groupBy(evidence.held, ({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId));
  // What a redrive has taken out of its queue is I10's.
  const wasHeld = new Set(evidence.redriven.map((one) => keyOf(one.subscriptionId, one.eventId)));
  const callsOf = groupByDelivery(calls);
  const unheld = evidence.published
    .filter(({ body, id }) => body === undefined && !held.has(keyOf(undefined, id)))
    .map(
      ({ id }): Violation => ({ invariant: 'I1', what: 'cannot be delivered, and is not held', eventId: id }),
    );

  const deliveries = expectedDeliveries(evidence).flatMap(({ subscription, event }): Violation[] => {
    const [key, eventKey] = [keyOf(subscription.id, event.id), keyOf(undefined, event.id)];
    if (wasHeld.has(eventKey)) return [];
    const whereabouts = {
      row: rows.get(key),
      calls: callsOf.get(key) ?? [],
      held: held.get(key) ?? [],
      eventHeld: held.get(eventKey) ?? [],
      wasHeld: wasHeld.has(key),
    };
    const what = explainLoss(evidence, subscription, whereabouts);
    return what ? [{ invariant: 'I1', what, subscriptionId: subscription.id, eventId: event.id }] : [];
  });
  return [...unheld, ...deliveries];
}

interface Whereabouts {
  readonly row: RowEvidence | undefined;
  readonly calls: readonly Call[];
  readonly held: readonly HeldEvidence[];
  /** Before it became deliveries. */
  readonly eventHeld: readonly HeldEvidence[];
  readonly wasHeld: boolean;
}

function explainLoss(
  evidence: Evidence,
  subscription: SubscriptionEvidence,
  { row, calls, held, eventHeld, wasHeld }: Whereabouts,
): string | undefined {
  switch (row?.state) {
    case undefined:
      return wasHeld ? undefined : explainHolding(evidence, [...held, ...eventHeld]);
    case 'delivered':
      return calls.some(isSuccess) ? undefined : 'delivered, and its receiver has never taken it';
    case 'exhausted':
      if (wasHeld) return undefined;
      return held.length > 0
        ? explainExhaustion(evidence, subscription, row, calls)
        : 'exhausted without a dead letter';
    case 'cancelled':
      return subscription.endedAtMs === undefined ? 'cancelled by nobody' : undefined;
    default:
      return `still ${row?.state}, at rest`;
  }
}

/** Nothing was wrong with it: that a person finds it is no reason to hold it. */
function explainHolding({ excuses }: Evidence, held: readonly HeldEvidence[]): string | undefined {
  const [first] = held;
  if (!first) return 'no row and no dead letter';
  const isExcused = held.some(({ queue }) => excuses.heldIn.some((name) => queue.endsWith(`-${name}`)));
  return isExcused ? undefined : `held in ${first.queue}, which nothing explains`;
}

/** All attempts were made, or none could help, and none had success. No run lasts as long as a schedule's horizon. */
function explainExhaustion(
  evidence: Evidence,
  subscription: SubscriptionEvidence,
  row: RowEvidence,
  calls: readonly Call[],
): string | undefined {
  const { excuses, fewestAttempts } = evidence;
  // A receiver does not see that its answer came too late, or was not heard by a function that died.
  const unheard =
    row.attempts.filter(({ status }) => status === undefined).length +
    excuses.repeatedCalls +
    excuses.unrecordedCalls +
    timesInterrupted(evidence, row);
  if (calls.filter(isSuccess).length > unheard) return 'exhausted, although its receiver has taken it';
  const attempts = Math.max(calls.length, row.attempts.length);
  const endsAtOnce = subscription.isForbidden || calls.some(({ status }) => status === 410);
  const fewest = endsAtOnce ? 1 : fewestAttempts;
  return attempts < fewest ? `exhausted after ${attempts} of ${fewest} attempts` : undefined;
}

function expectedDeliveries({ published, takenIn, subscriptions }: Evidence) {
  const decidedAtMs = new Map(takenIn.map((one) => [keyOf(one.accountId, one.eventId), one.atMs]));
  return published
    .filter(({ body }) => body !== undefined)
    .flatMap((event) =>
      subscriptions
        .filter(
          ({ accountId, eventTypes, effectiveAtMs, endAskedAtMs = Number.POSITIVE_INFINITY }) =>
            accountId === event.accountId &&
            eventTypes.includes(event.type) &&
            event.atMs >= effectiveAtMs &&
            (decidedAtMs.get(keyOf(accountId, event.id)) ?? event.atMs) < endAskedAtMs,
        )
        .map((subscription) => ({ subscription, event })),
    );
}

/** I10: what was held has become deliveries, each of which has ended, or is held again; under its own identifiers. */
export function findLostByRedrive({ redriven, held, rows }: Evidence): Violation[] {
  const stillHeld = new Set(held.map(({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId)));
  const ended = new Set(
    rows
      .filter(({ state }) => state === 'delivered')
      .flatMap(({ subscriptionId, eventId }) => [keyOf(subscriptionId, eventId), keyOf(undefined, eventId)]),
  );
  return redriven
    .filter(({ subscriptionId, eventId }) => {
      const key = keyOf(subscriptionId, eventId);
      return !stillHeld.has(key) && !ended.has(key);
    })
    .map(({ subscriptionId, eventId }) => ({
      invariant: 'I10',
      what: 'redriven, and neither delivered nor held again',
      subscriptionId,
      eventId,
    }));
}
