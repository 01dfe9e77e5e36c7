import { verificationLimits } from '../../../core/deliveries/call-limits.ts';
import { messageFor, type WaitingDelivery } from '../../../core/deliveries/delivery.ts';
import { plan } from '../../../core/deliveries/delivery-steps.ts';
import { verificationType } from '../../../core/receivers/verification.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';

export type QuestionDeps = Pick<
  ApiDeps,
  'deliveries' | 'retries' | 'reserveTurns' | 'queueMarginSeconds' | 'telemetry' | 'now' | 'randomBytes'
>;

/** A call that the deliverer will make, to ask the receiver at this URL for its consent. */
export interface Question {
  readonly url: string;
  readonly row: WaitingDelivery;
}

/**
 * Questions to receivers. The row of the delivery comes first, then the subscription that awaits the answer, then the
 * message. So each question of a subscription is asked: the due index owns a delivery whose row waits. A row whose
 * subscription was not written after all leads to no call.
 */
export function createQuestions(deps: QuestionDeps) {
  const { deliveries, retries, telemetry, now } = deps;

  return {
    /** Undefined if its limits allow no further call now. */
    async openQuestion(subscription: Subscription): Promise<Question | undefined> {
      const turn = await deps.reserveTurns(verificationLimits(subscription), now());
      if (turn.kind !== 'now') return undefined;
      const { accountId, id: subscriptionId, url } = subscription;
      const eventId = `vrf_${deps.randomBytes(12).toString('hex')}`;
      const acceptedAt = now().toISOString();
      const ref = { accountId, subscriptionId, eventId, eventType: verificationType, acceptedAt };
      const times = { waitMs: 0, dueInMs: deps.queueMarginSeconds * 1_000 };
      return { url, row: plan(ref, times, now()) };
    },

    async planQuestion(question: Question | undefined): Promise<void> {
      if (question) await deliveries.replaceDelivery(undefined, question.row);
    },

    /** The message only makes the call start sooner. */
    async sendQuestion(question: Question | undefined): Promise<void> {
      if (!question) return;
      const message = messageFor(question.row);
      try {
        await retries.sendRetry(message, 0);
      } catch (error) {
        telemetry.error('delivery.unsent', { eventId: message.eventId, error });
      }
    },
  };
}
