import type { Attempt, DeliveryInWork } from '../../core/deliveries/delivery.ts';
import { subscribableEntryOf, subscribableTypes } from '../../core/events/subscribable-events.ts';
import { toJsonText } from '../../core/json-text.ts';
import { type Probe, type ProbeCode, probeIdOf, probeOf } from '../../core/receivers/drill.ts';
import { isSelected } from '../../core/subscriptions/event-selector.ts';
import { deadlineOf, type Subscription } from '../../core/subscriptions/subscription.ts';
import type { VerificationResult } from '../../core/subscriptions/verification.ts';
import { createReceiverCall } from './call-receiver.ts';
import type { SubscriptionCheck } from './check-subscription.ts';
import { type Ending, isEnding } from './ending.ts';
import { createTurnReservation } from './reserve-turn.ts';
import type { VerificationDeps } from './verification.ts';

/** Nobody waits longer for a drill. */
const longestWaitMs = 10 * 60_000;

/**
 * Makes one call of a receiver drill. It is made once, and ends like a question to the receiver: nothing is learnt from
 * it, and it counts in no statistics.
 */
export function createDrill(deps: VerificationDeps, checkSubscription: SubscriptionCheck) {
  const reserveTurn = createTurnReservation(deps);

  return async function probeReceiver(work: DeliveryInWork): Promise<Ending> {
    const { accountId, eventId, acceptedAt } = work.message;
    const subscription = await checkSubscription(work);
    if (isEnding(subscription)) return subscription;
    const found = probeOf(eventId);
    const isTooLate = deps.now().getTime() - Date.parse(acceptedAt) > longestWaitMs;
    if (!found || isTooLate)
      return { kind: 'answered', subscription, result: { state: 'failed', reason: 'expired' } };
    const turn = await reserveTurn(work, subscription);
    if (isEnding(turn)) return turn;
    const { drill, probe } = found;
    const id = probeIdOf(drill, (probe.repeats ?? probe.code) as ProbeCode);
    const text = bodyOf(probe, { id, accountId, timestamp: acceptedAt }, subscription);
    const attempt = await callAs(probe, id, { work, text, subscription });
    return { kind: 'answered', subscription, attempt, result: resultOf(attempt) };
  };

  async function callAs(
    probe: Probe,
    id: string,
    { work, text, subscription }: { work: DeliveryInWork; text: string; subscription: Subscription },
  ): Promise<Attempt> {
    const offsetMs = (probe.clockOffsetSeconds ?? 0) * 1_000;
    const prepareCall = createReceiverCall({
      ...deps,
      now: () => new Date(deps.now().getTime() + offsetMs),
      sender: { send: (request) => deps.sender.send(probe.spoil?.(request) ?? request) },
    });
    // What the receiver sees is an event with the id that it may have seen before.
    const { type } = JSON.parse(text) as { type: string };
    const seen = { ...work, message: { ...work.message, eventId: id, eventType: type } };
    const timeoutMs = deadlineOf(subscription, deps.settings.callbackTimeoutMs);
    const call = await prepareCall(subscription, { work: seen, body: { text, isTest: true }, timeoutMs });
    const startedAt = deps.now().toISOString();
    return { ...(await call()), startedAt };
  }
}

/** An example of the first type that the subscription takes, as the probe wants it. */
function bodyOf(
  probe: Probe,
  { id, accountId, timestamp }: { id: string; accountId: string; timestamp: string },
  { eventTypes: selectors }: Subscription,
): string {
  const type = subscribableTypes.find((one) => isSelected(one, selectors)) ?? subscribableTypes[0];
  const plain = { type, data: subscribableEntryOf(type).example };
  const { type: shapedType, data } = probe.shape?.(plain) ?? plain;
  return toJsonText({ id, type: shapedType, timestamp, accountId, data }) ?? '';
}

/** The row says what the receiver answered. Whether that is right depends on the probe. */
function resultOf({ outcome }: Attempt): VerificationResult {
  if (outcome.kind === 'success') return { state: 'verified', status: outcome.status };
  const { reason, status } = outcome;
  return { state: 'failed', reason, ...(status === undefined ? {} : { status }) };
}
