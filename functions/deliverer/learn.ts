import type { DeliveryOutcome } from '../../core/receivers/delivery-outcome.ts';
import { type Lesson, learnFrom } from '../../core/receivers/receiver.ts';
import { hostOf, type Subscription, withLesson } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionLookup, SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import type { Telemetry } from '../../core/telemetry.ts';

export interface LearnDeps {
  readonly subscriptions: SubscriptionLookup & SubscriptionWriter;
  readonly telemetry: Telemetry;
  readonly settings: { readonly callbackTimeoutMs: number };
  readonly now: () => Date;
}

/** The next call teaches the same, so a lesson that meets other writes is not worth more. */
const maxTries = 2;
/** The next call must not be made. */
const maxTriesToDisable = 10;

/** Writes what a call has taught about its receiver, if it is new. */
export function createLearning({ subscriptions, telemetry, settings, now }: LearnDeps) {
  /**
   * Returns false if the call says nothing about the subscription any more, because its URL has changed meanwhile.
   *
   * If the lesson cannot be written, the call's result is still recorded. The exception is a lesson that disables the
   * subscription: the delivery must not become final before its receiver is no longer called.
   */
  return async function learn(called: Subscription, outcome: DeliveryOutcome): Promise<boolean> {
    const { accountId, id: subscriptionId } = called;
    if (outcome.kind === 'failure' && outcome.reason === 'address-forbidden') {
      const { refusal, refusedAddress: address } = outcome;
      telemetry.warn('address.refused', {
        accountId,
        subscriptionId,
        host: hostOf(called),
        refusal,
        address,
      });
      telemetry.count('AddressesRefused');
    }
    try {
      return await writeLesson(called, outcome);
    } catch (error) {
      if (lessonFor(called, outcome)?.disable) throw error;
      telemetry.error('receiver.unrecorded', { accountId, subscriptionId, error });
      return true;
    }
  };

  async function writeLesson(called: Subscription, outcome: DeliveryOutcome): Promise<boolean> {
    let seen: Subscription | undefined = called;
    for (let tries = 1; ; tries += 1) {
      const lesson = lessonFor(seen, outcome);
      if (!lesson || (await subscriptions.replaceSubscription(seen, withLesson(seen, lesson, now()))))
        return true;
      if (!lesson.disable && tries === maxTries) return true;
      if (tries === maxTriesToDisable) throw new Error(`subscription ${called.id} changes all the time`);
      seen = await subscriptions.findSubscription(called.accountId, called.id);
      // A subscription that is gone has no other URL at which its deliveries could go on.
      if (!seen) return true;
      if (seen.url !== called.url) return false;
    }
  }

  /** A disabled subscription learns nothing more. If its owner disabled it, that must stay the reason. */
  function lessonFor({ receiver, status }: Subscription, outcome: DeliveryOutcome): Lesson | undefined {
    if (status === 'disabled') return undefined;
    return learnFrom(receiver, outcome, now(), settings.callbackTimeoutMs);
  }
}
