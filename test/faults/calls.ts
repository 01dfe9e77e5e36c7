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

export function groupByDelivery(calls: readonly Call[]): Map<string, Call[]> {
  return Map.groupBy(
    calls.filter(({ event }) => event),
    ({ subscriptionId, event }) => keyOf(subscriptionId, event?.id),
  );
}

/** How often a function died that had this delivery, or its event, in work: each explains a call. */
export function timesInterrupted({ interrupted }: Evidence, ref: Partial<MessageEvidence>): number {
  return interrupted.filter((message) => concerns(message, ref)).length;
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
