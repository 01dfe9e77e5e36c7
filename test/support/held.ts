import type { DeliveryMessage, DeliveryRef } from '../../core/deliveries/delivery.ts';
import { deliveryMessageSchema } from '../../core/deliveries/delivery.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { eventOf, sqsRecord } from './builders.ts';
import type { Deployment } from './deployment.ts';
import type { Receiver } from './receiver.ts';
import { prepareDeployment } from './suite.ts';

export type Held = ReturnType<typeof createHeld>;

/** For the tests of a file one deployment, and for each of them a receiver. */
export function prepareHeld(
  hand: (suite: {
    readonly deployment: Deployment;
    readonly receiver: Receiver;
    readonly held: Held;
  }) => void,
): void {
  prepareDeployment(({ deployment, receiver }) => {
    // A sweep sees the whole table: in each test it is so early that nothing of those before is due.
    deployment.clock.advance(-60 * 86_400_000);
    hand({ deployment, receiver, held: createHeld(deployment, () => receiver.url) });
  });
}

/** Deliveries that are held back and released, over what a deployment has. */
function createHeld(deployment: Deployment, url: () => string) {
  const { clock, subscriptions, deliveries, queues } = deployment;
  const secondsFromNow = (seconds: number) => new Date(clock.now().getTime() + seconds * 1_000).toISOString();
  // A limit that all tests share would be used up at later times than theirs.
  const unlimited = { reserveTurns: async () => ({ kind: 'now' as const }) };
  const deliverFor = (overrides: Parameters<Deployment['delivererWith']>[0] = {}) => {
    const deliver = deployment.delivererWith({ ...unlimited, ...overrides });
    return (message: DeliveryMessage, receiveCount = 1) =>
      deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message), { receiveCount }));
  };
  const deliver = deliverFor();

  return {
    secondsFromNow,
    deliver,
    /** Another sandbox, with other parts. */
    deliverFor,
    /** One that relies on what it knows of a subscription, until it writes it. */
    deliverKnowing(known: Subscription) {
      let isKnown = true;
      return deliverFor({
        subscriptions: {
          findSubscription: async (...ids) => (isKnown ? known : subscriptions.findSubscription(...ids)),
          replaceSubscription(seen, next) {
            isKnown = false;
            return subscriptions.replaceSubscription(seen, next);
          },
        },
      });
    },

    async subscribe(overrides: Partial<Subscription> = {}): Promise<Subscription> {
      return (await deployment.subscribe({ url: url(), ...overrides })).subscription;
    },

    stored: ({ accountId, id }: Subscription) => subscriptions.findSubscription(accountId, id),
    rowOf: (ref: DeliveryRef) => deliveries.findDelivery(ref),

    /** As whoever changes the latest state of a subscription. */
    async change(of: Subscription, changeTo: (seen: Subscription) => Subscription): Promise<Subscription> {
      const seen = await subscriptions.findSubscription(of.accountId, of.id);
      if (!seen) throw new Error('there is no such subscription');
      const next = { ...changeTo(seen), version: seen.version + 1 };
      if (!(await subscriptions.replaceSubscription(seen, next)))
        throw new Error('somebody else has changed it');
      return next;
    },

    /** The first message of an event that is stored, so that its body is found later as well. */
    async publish(to: Subscription): Promise<DeliveryMessage> {
      const message = deployment.messageFor(to);
      await deployment.events.recordEvent(eventOf(message), [], clock.now());
      clock.advance(1);
      return message;
    },

    /** What the retry queue holds, delayed or not, which is empty after that. */
    takeRetries(): DeliveryMessage[] {
      const messages = queues
        .waitingIn('retries')
        .map(({ body }) => deliveryMessageSchema.parse(JSON.parse(body)));
      queues.clear();
      return messages;
    },

    /** Sweeps, and delivers what is sent, until nothing is. Each round is a minute. */
    async goOn(minutes: number): Promise<void> {
      for (let minute = 0; minute < minutes; minute += 1) {
        await deployment.sweep();
        for (const message of this.takeRetries()) await deliver(message);
        clock.advance(60_000);
      }
    },

    pausedFor: (seconds: number) => ({
      pause: {
        since: secondsFromNow(0),
        until: secondsFromNow(seconds),
        by: { kind: 'backend', id: 'arn' },
      } as const,
    }),

    /** A run of so many failures that began ten seconds ago. */
    failed: (count: number) => ({
      since: secondsFromNow(-10),
      count,
      eventId: 'evt_before',
      lastReason: 'status' as const,
      lastStatus: 500,
    }),
  };
}
