import { type Call, keyOf, successesByDelivery } from './calls.ts';
import type { Evidence } from './evidence.ts';
import type { Violation } from './promises.ts';

/** I1: each event × each subscription that takes it. */
export function findLost(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const rows = new Map(evidence.rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row]));
  const held = new Set(evidence.held.map(({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId)));
  // What a redrive has taken out of its queue is I10's.
  const wasHeld = new Set(evidence.redriven.map((one) => keyOf(one.subscriptionId, one.eventId)));
  const answered = successesByDelivery(evidence, calls);
  const unheld = evidence.published
    .filter(({ body, id }) => body === undefined && !held.has(keyOf(undefined, id)))
    .map(
      ({ id }): Violation => ({ invariant: 'I1', what: 'cannot be delivered, and is not held', eventId: id }),
    );

  const deliveries = expectedDeliveries(evidence).flatMap(({ subscription, event }): Violation[] => {
    const key = keyOf(subscription.id, event.id);
    const what = explainLoss(rows.get(key)?.state, {
      isHeld: held.has(key) || wasHeld.has(key),
      isEventHeld: held.has(keyOf(undefined, event.id)) || wasHeld.has(keyOf(undefined, event.id)),
      isAnswered: answered.has(key),
      hasEnded: subscription.endedAtMs !== undefined,
    });
    return what ? [{ invariant: 'I1', what, subscriptionId: subscription.id, eventId: event.id }] : [];
  });
  return [...unheld, ...deliveries];
}

interface Whereabouts {
  readonly isHeld: boolean;
  /** Before it became deliveries. */
  readonly isEventHeld: boolean;
  /** With 2xx, by its receiver. */
  readonly isAnswered: boolean;
  readonly hasEnded: boolean;
}

function explainLoss(
  state: string | undefined,
  { isHeld, isEventHeld, isAnswered, hasEnded }: Whereabouts,
): string | undefined {
  switch (state) {
    case undefined:
      return isHeld || isEventHeld ? undefined : 'no row and no dead letter';
    case 'delivered':
      return isAnswered ? undefined : 'delivered, and its receiver has never taken it';
    case 'exhausted':
      return isHeld ? undefined : 'exhausted without a dead letter';
    case 'cancelled':
      return hasEnded ? undefined : 'cancelled by nobody';
    default:
      return `still ${state}, at rest`;
  }
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
