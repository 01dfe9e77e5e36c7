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
   * If the lesson cannot be written, the call's result is still recorded. The exception is a lesson that disables the
   * subscription: the delivery must not become final before its receiver is no longer called.
   */
  return async function learn(called: Subscription, outcome: DeliveryOutcome): Promise<void> {
    const { accountId, id: subscriptionId } = called;
    if (outcome.kind === 'failure' && outcome.reason === 'address-forbidden') {
      const { refusal } = outcome;
      telemetry.warn('address.refused', { accountId, subscriptionId, host: hostOf(called), refusal });
      telemetry.count('AddressesRefused');
    }
    try {
      await writeLesson(called, outcome);
    } catch (error) {
      if (lessonFor(called, outcome)?.disable) throw error;
      telemetry.error('receiver.unrecorded', { accountId, subscriptionId, error });
    }
  };

  async function writeLesson(called: Subscription, outcome: DeliveryOutcome): Promise<void> {
    let seen: Subscription | undefined = called;
    for (let tries = 1; ; tries += 1) {
      const lesson = lessonFor(seen, outcome);
      if (!lesson || (await subscriptions.replaceSubscription(seen, withLesson(seen, lesson, now())))) return;
      if (!lesson.disable && tries === maxTries) return;
      if (tries === maxTriesToDisable) throw new Error(`subscription ${called.id} changes all the time`);
      seen = await subscriptions.findSubscription(called.accountId, called.id);
      // The URL has changed, and the call says nothing about the new one.
      if (seen?.url !== called.url) return;
    }
  }

  /** A disabled subscription learns nothing more. If its owner disabled it, that must stay the reason. */
  function lessonFor({ receiver, status }: Subscription, outcome: DeliveryOutcome): Lesson | undefined {
    if (status === 'disabled') return undefined;
    return learnFrom(receiver, outcome, now(), settings.callbackTimeoutMs);
  }
}
