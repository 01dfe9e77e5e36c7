import type { JudgedCall } from '../../core/receivers/health.ts';
import { type LearningPolicy, type Lesson, learnFrom } from '../../core/receivers/receiver.ts';
import { type KeepingPolicy, withLesson } from '../../core/subscriptions/lesson.ts';
import { hostOf, type Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionLookup, SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { reportChanges } from '../receivers/report-changes.ts';
import { rememberCalls } from './recent-calls.ts';

export interface LearnDeps {
  readonly subscriptions: SubscriptionLookup & SubscriptionWriter;
  readonly telemetry: Telemetry;
  readonly settings: LearningPolicy & KeepingPolicy;
  readonly now: () => Date;
}

/** What is known after a call. */
export interface Learnt {
  /** False if the call says nothing about the subscription any more, because its URL has changed meanwhile. */
  readonly isCurrent: boolean;
  /** As it is now, as far as this call has read or written it. */
  readonly subscription: Subscription;
}

/** The next call teaches the same, so a lesson that meets other writes is not worth more. */
const maxTries = 3;
/** The next call must not be made. */
const maxTriesToDisable = 10;

/** Writes what a call has taught about its receiver, if it is new. */
export function createLearning({ subscriptions, telemetry, settings, now }: LearnDeps) {
  const lessons = new Map<string, Promise<Subscription | undefined>>();
  const isFirstFailure = rememberCalls();

  /**
   * If the lesson cannot be written, the call's result is still recorded. The exception is a lesson that disables the
   * subscription: the delivery must not become final before its receiver is no longer called.
   */
  return async function learn(called: Subscription, call: JudgedCall): Promise<Learnt> {
    const { accountId, id: subscriptionId } = called;
    const { outcome } = call;
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
      return await learnInTurn(called, call);
    } catch (error) {
      if (lessonFor(called, call)?.disable) throw error;
      telemetry.error('receiver.unrecorded', { accountId, subscriptionId, error });
      return { isCurrent: true, subscription: called };
    }
  };

  /** The calls of a batch end together. Each of their lessons goes on from the one before. */
  function learnInTurn(called: Subscription, call: JudgedCall): Promise<Learnt> {
    const key = `${called.accountId} ${called.id}`;
    const before = lessons.get(key);
    const learning = learnFromLatest(called, call, before);
    const known = learning.then(
      ({ subscription }) => subscription,
      () => undefined,
    );
    lessons.set(key, known);
    void known.finally(() => {
      if (lessons.get(key) === known) lessons.delete(key);
    });
    return learning;
  }

  /** While the call was made, others may have learnt. A success has to end a run of failures that it did not know of. */
  async function learnFromLatest(
    called: Subscription,
    call: JudgedCall,
    before: Promise<Subscription | undefined> | undefined,
  ): Promise<Learnt> {
    const known = await before;
    const cached = await subscriptions.findSubscription(called.accountId, called.id);
    const [latest = called] = [called, known, cached]
      .filter((one) => one !== undefined)
      .sort((a, b) => b.version - a.version);
    const isFirst = isFirstFailure(called, call.outcome, now());
    return writeLesson(called, isFirst ? { ...call, isFirstFailure: true } : call, latest);
  }

  async function writeLesson(called: Subscription, call: JudgedCall, known: Subscription): Promise<Learnt> {
    if (known.url !== called.url) return { isCurrent: false, subscription: known };
    let seen = known;
    for (let tries = 1; ; tries += 1) {
      const lesson = lessonFor(seen, call);
      if (!lesson) return { isCurrent: true, subscription: seen };
      const next = withLesson(seen, lesson, now(), settings);
      if (await subscriptions.replaceSubscription(seen, next)) {
        reportChanges(telemetry, seen, next);
        return { isCurrent: true, subscription: next };
      }
      if (!lesson.disable && tries === maxTries) return { isCurrent: true, subscription: seen };
      if (tries === maxTriesToDisable) throw new Error(`subscription ${called.id} changes all the time`);
      const latest = await subscriptions.findSubscription(called.accountId, called.id);
      // A subscription that is gone has no other URL at which its deliveries could go on.
      if (!latest) return { isCurrent: true, subscription: seen };
      if (latest.url !== called.url) return { isCurrent: false, subscription: latest };
      seen = latest;
    }
  }

  /** A disabled subscription learns nothing more. If its owner disabled it, that must stay the reason. */
  function lessonFor({ receiver, status }: Subscription, call: JudgedCall): Lesson | undefined {
    if (status === 'disabled') return undefined;
    return learnFrom(receiver, call, now(), settings);
  }
}
