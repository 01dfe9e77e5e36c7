import type { DeliveryOutcome } from './delivery-outcome.ts';
import { type Health, type HealthPolicy, isFailingForLong, type JudgedCall, judge } from './health.ts';
import { type Proof, proveBy } from './proof.ts';
import { markSlowness, type SlowMark } from './slow-mark.ts';

/**
 * What calls have shown about a receiver. This holds for one URL: when the subscription's URL changes, it starts
 * anew.
 */
export interface Receiver extends Proof, SlowMark, Health {
  /** Present while no call can be made, because the name leads to an address that is not public. */
  readonly refused?: RefusedAddress;
}

/** The first refusal of a run. */
export interface RefusedAddress {
  readonly since: string;
  readonly address?: string;
  /** The rule that forbids the address. */
  readonly refusal?: string;
}

/** Why a receiver is no longer called. */
export const disabledReasons = [
  'gone',
  'invalid-url',
  'address-forbidden',
  'asked-by-receiver',
  'failing',
] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** What one call has taught us about its receiver. */
export interface Lesson {
  readonly receiver: Receiver;
  readonly disable?: DisabledReason;
}

export interface LearningPolicy extends HealthPolicy {
  /** The stage's limit for a call. */
  readonly callbackTimeoutMs: number;
}

/** A broken DNS record is often mended within hours. Until then it must not cost its owner any events. */
const longestRefusalMs = 24 * 3_600_000;

/**
 * Decides what a call means for its receiver; nothing else does. Returns undefined if the call shows nothing that is
 * worth a write.
 */
export function learnFrom(
  receiver: Receiver,
  call: JudgedCall,
  now: Date,
  policy: LearningPolicy,
): Lesson | undefined {
  const { outcome } = call;
  const { provenAt, provenAddresses, doubts } = proveBy(receiver, outcome, now);
  const { slowSince, quickCalls } = markSlowness(receiver, outcome, now, policy.callbackTimeoutMs);
  const { failing, breaker, throttledUntil, throttles } = judge(receiver, call, now, policy);
  const refused = refuseBy(receiver.refused, outcome, now);
  const proof = { provenAt, provenAddresses, doubts };
  const facts = { ...proof, slowSince, quickCalls, failing, breaker, throttledUntil, throttles, refused };
  const isTooLong = failing && isFailingForLong(failing, now) ? ('failing' as const) : undefined;
  const disable = reasonToDisable(outcome, refused, now) ?? isTooLong;
  // What the call has not changed is the same object.
  const isNew = Object.entries(facts).some(([name, fact]) => fact !== receiver[name as keyof Receiver]);
  if (!disable && !isNew) return undefined;
  const known = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
  return { receiver: known, ...(disable ? { disable } : {}) };
}

/** A run of refusals ends with the first outcome of another kind. It keeps its beginning, so it costs one write. */
function refuseBy(
  refused: RefusedAddress | undefined,
  outcome: DeliveryOutcome,
  now: Date,
): RefusedAddress | undefined {
  if (outcome.kind === 'success' || outcome.reason !== 'address-forbidden') return undefined;
  if (refused) return refused;
  const { refusedAddress, refusal } = outcome;
  return {
    since: now.toISOString(),
    ...(refusedAddress === undefined ? {} : { address: refusedAddress }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function reasonToDisable(
  outcome: DeliveryOutcome,
  refused: RefusedAddress | undefined,
  now: Date,
): DisabledReason | undefined {
  if (outcome.kind === 'failure' && (outcome.reason === 'gone' || outcome.reason === 'invalid-url'))
    return outcome.reason;
  if (outcome.directive === 'disable') return 'asked-by-receiver';
  const isRefusedForLong = refused && now.getTime() - Date.parse(refused.since) >= longestRefusalMs;
  return isRefusedForLong ? 'address-forbidden' : undefined;
}
