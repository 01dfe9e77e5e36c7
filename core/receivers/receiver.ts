import type { DeliveryOutcome } from './delivery-outcome.ts';

/**
 * What calls have shown about a receiver. This holds for one URL: when the subscription's URL changes, it starts
 * anew.
 */
export interface Receiver {
  /** When the receiver answered a callback with 2xx for the first time. */
  readonly provenAt?: string;
  /** Since when its calls are slow. First attempts then go to the retry queue, where they do not hold up others. */
  readonly slowSince?: string;
  /** Calls since the last success that we refused to make because of the receiver's address. */
  readonly addressRefusals?: number;
}

/** Why a receiver is no longer called. */
export const disabledReasons = ['gone', 'invalid-url', 'address-forbidden'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** What one call has taught us about its receiver. */
export interface Lesson {
  readonly receiver: Receiver;
  readonly disable?: DisabledReason;
}

/** One or two refusals in a row may be a DNS accident. */
const maxAddressRefusals = 3;

/** A call that takes this share of its deadline is slow. */
const slowShare = 0.25;

/** Decides what a call means for its receiver; nothing else does. Returns undefined if the call shows nothing new. */
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

/** Counts refusals in a row. A success in between shows that the address is good. */
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
