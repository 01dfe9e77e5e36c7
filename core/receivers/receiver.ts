import type { DeliveryOutcome } from './delivery-outcome.ts';

/** What calls have shown of a receiver. It holds for its URL alone: a subscription that moves begins anew. */
export interface Receiver {
  /** When a callback was answered 2xx for the first time. */
  readonly provenAt?: string;
  /** Since when calls take long: first attempts go by the retry queue, where they keep no others waiting. */
  readonly slowSince?: string;
  /** Calls since the last success that ended before a socket was opened, because of the address. */
  readonly addressRefusals?: number;
}

/** Why a receiver is called no more. */
export const disabledReasons = ['gone', 'invalid-url', 'address-forbidden'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** What a call has taught of a receiver. */
export interface Lesson {
  readonly receiver: Receiver;
  readonly disable?: DisabledReason;
}

/** A flapping DNS answer is an accident once or twice. */
const maxAddressRefusals = 3;

/** Of the deadline: a call that takes this much is slow. */
const slowShare = 0.25;

/** The only place that decides what follows from a call for its receiver. Undefined if the call shows nothing new. */
export function learnFrom(
  receiver: Receiver,
  outcome: DeliveryOutcome,
  now: Date,
  callbackTimeoutMs: number,
): Lesson | undefined {
  const isSlow = outcome.durationMs >= callbackTimeoutMs * slowShare;
  const next = {
    provenAt: receiver.provenAt ?? (outcome.kind === 'success' ? now.toISOString() : undefined),
    slowSince: isSlow ? (receiver.slowSince ?? now.toISOString()) : undefined,
    addressRefusals: countRefusals(receiver, outcome) || undefined,
  };
  const disable = reasonToDisable(outcome, next.addressRefusals ?? 0);
  const facts = ['provenAt', 'slowSince', 'addressRefusals'] as const;
  if (!disable && facts.every((fact) => next[fact] === receiver[fact])) return undefined;
  const known = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined));
  return { receiver: known, ...(disable ? { disable } : {}) };
}

/** In a row: a success in between shows that the address is good. */
function countRefusals({ addressRefusals = 0 }: Receiver, outcome: DeliveryOutcome): number {
  if (outcome.kind === 'success') return 0;
  return outcome.reason === 'address-forbidden' ? addressRefusals + 1 : addressRefusals;
}

function reasonToDisable(outcome: DeliveryOutcome, addressRefusals: number): DisabledReason | undefined {
  if (outcome.kind === 'success') return undefined;
  switch (outcome.reason) {
    case 'gone':
    case 'invalid-url':
      return outcome.reason;
    case 'address-forbidden':
      return addressRefusals >= maxAddressRefusals ? outcome.reason : undefined;
    default:
      return undefined;
  }
}
