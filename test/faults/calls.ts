import type { Evidence, MessageEvidence, ReceivedEvidence } from './evidence.ts';

/** What a receiver wrote down, with the event that its body names. */
export type Call = ReceivedEvidence & {
  readonly event: { readonly id: string; readonly accountId: string } | undefined;
};

export function callsOf({ received }: Evidence): Call[] {
  return received.map((one) => ({ ...one, event: eventOf(one.body) }));
}

function eventOf(body: string): Call['event'] {
  try {
    const { id, accountId } = JSON.parse(body) as { id?: unknown; accountId?: unknown };
    return typeof id === 'string' && typeof accountId === 'string' ? { id, accountId } : undefined;
  } catch {
    return undefined;
  }
}

/** What receivers answered with 2xx, of events that were published to their own account. */
export function successesByDelivery({ published }: Evidence, calls: readonly Call[]): Map<string, Call[]> {
  const known = new Set(published.map(({ id }) => id));
  return groupByDelivery(calls.filter((call) => call.event && known.has(call.event.id) && isSuccess(call)));
}

export function isSuccess({ status = 0 }: Pick<Call, 'status'>): boolean {
  return status >= 200 && status <= 299;
}

/** By its receiver's own clock: what it answers later it has answered in vain. */
export function isInTime(
  { deadlineMs }: Pick<Evidence, 'deadlineMs'>,
  { atMs, answeredAtMs }: Call,
): boolean {
  return answeredAtMs !== undefined && answeredAtMs - atMs < deadlineMs;
}

export function groupByDelivery(calls: readonly Call[]): Map<string, Call[]> {
  return Map.groupBy(
    calls.filter(({ event }) => event),
    ({ subscriptionId, event }) => keyOf(subscriptionId, event?.id),
  );
}

/** A call that was on its way when something ended arrives within its deadline. */
export const onTheWayMs = 2_000;

/**
 * How often a function died that had this delivery in work, and called: each explains a call. So does one that had the
 * event in work, before there was a call.
 */
export function timesInterrupted(
  { interrupted }: Evidence,
  ref: Partial<MessageEvidence>,
  calls: readonly Call[],
): number {
  return interrupted.filter(
    (one) =>
      concerns(one, ref) &&
      (one.subscriptionId === undefined ||
        calls.some(({ atMs }) => atMs >= one.fromMs && atMs <= one.untilMs + onTheWayMs)),
  ).length;
}

/** Is the message of this delivery, or of its event before it became deliveries? */
export function concerns(
  { eventId, subscriptionId }: MessageEvidence,
  ref: Partial<MessageEvidence>,
): boolean {
  return eventId === ref.eventId && [undefined, ref.subscriptionId].includes(subscriptionId);
}

export function refOf(call: Call | undefined) {
  return { subscriptionId: call?.subscriptionId, eventId: call?.event?.id };
}

export function keyOf(subscriptionId: string | undefined, eventId: string | undefined): string {
  return `${subscriptionId ?? ''} ${eventId ?? ''}`;
}
