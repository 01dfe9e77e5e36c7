import type { Attempt, DeliveryInWork } from '../../core/deliveries/delivery.ts';
import type { EventBodies } from '../../core/deliveries/event-log.ts';
import { deadlineOf, type Subscription } from '../../core/subscriptions/subscription.ts';
import { createReceiverCall, type ReceiverCallDeps } from './call-receiver.ts';
import type { SubscriptionCheck } from './check-subscription.ts';
import { type Ending, isEnding } from './ending.ts';

export interface CallSettings {
  /** The stage's limit for a call. */
  readonly callbackTimeoutMs: number;
}

export interface CallDeps extends ReceiverCallDeps {
  readonly events: EventBodies;
  readonly settings: CallSettings;
}

/** The subscription as it was called, and the attempt. */
export interface Called {
  readonly subscription: Subscription;
  readonly attempt: Attempt;
}

/**
 * If the subscription changes this often while its call is prepared, the call is made when the message comes again.
 */
const maxPreparations = 5;

/** Calls the receiver with the event's body. */
export function createCallGate(deps: CallDeps, checkSubscription: SubscriptionCheck) {
  const { events, settings } = deps;
  const prepareCall = createReceiverCall(deps);

  /**
   * Checks the subscription again right before the call. Limits, the table and KMS take time, and a change must count
   * from the second that it names.
   */
  return async function callReceiver(
    work: DeliveryInWork,
    subscription: Subscription,
  ): Promise<Called | Ending> {
    const { accountId, eventId, body: carried } = work.message;
    // Only published events are carried: a test starts from its row.
    const body =
      carried === undefined
        ? await events.readEventBody(accountId, eventId)
        : { text: carried, isTest: false };
    if (!body) return { kind: 'expired' };
    let prepared = subscription;
    for (let count = 0; count < maxPreparations; count += 1) {
      const timeoutMs = deadlineOf(prepared, settings.callbackTimeoutMs);
      const call = await prepareCall(prepared, { work, body, timeoutMs });
      const latest = await checkSubscription(work);
      if (isEnding(latest)) return latest;
      if (latest.version === prepared.version) return { subscription: prepared, attempt: await call() };
      prepared = latest;
    }
    throw new Error(`subscription ${subscription.id} changes all the time`);
  };
}
