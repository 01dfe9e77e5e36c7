import { describeCallback } from '../../core/deliveries/callback-headers.ts';
import { type Attempt, attemptNumberOf, type DeliveryInWork } from '../../core/deliveries/delivery.ts';
import type { EventBody } from '../../core/deliveries/event-log.ts';
import { askedAnswerBytes, isAskedFor } from '../../core/deliveries/kept-attempt.ts';
import { signCallback } from '../../core/deliveries/signature.ts';
import type { CallbackSender } from '../../core/receivers/callback-sender.ts';
import type { SecretCipher } from '../../core/secret-cipher.ts';
import { originOf } from '../../core/subscriptions/callback-url.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { createSecretsOpener } from './opened-secrets.ts';

export interface ReceiverCallDeps {
  readonly cipher: SecretCipher;
  readonly sender: CallbackSender;
  readonly userAgent: string;
  readonly now: () => Date;
}

export interface ReceiverCall {
  /** Its event's id becomes the header `webhook-id`. It is the same for every retry. */
  readonly work: DeliveryInWork;
  readonly body: EventBody;
  readonly timeoutMs: number;
  /** What the receiver has to send back, if anything. */
  readonly challenge?: string;
}

/**
 * Makes one signed call to a subscription's receiver, for any purpose. `prepareCall` may take time. It returns the
 * call itself, so that the caller can still decide not to make it.
 */
export function createReceiverCall({ cipher, sender, userAgent, now }: ReceiverCallDeps) {
  const openSecrets = createSecretsOpener(cipher);

  return async function prepareCall(
    subscription: Subscription,
    { work, body, timeoutMs, challenge }: ReceiverCall,
  ): Promise<() => Promise<Attempt>> {
    const { keys, headers: confidentialHeaders } = await openSecrets(subscription, now());
    const { text, isTest } = body;
    const attempt = attemptNumberOf(work);
    const asked = isAskedFor(work, isTest);
    return async () => {
      const startedAt = now();
      const outcome = await sender.send({
        url: subscription.url,
        connectionKey: `${subscription.accountId} ${subscription.id}`,
        headers: {
          ...describeCallback(work.message, { attempt, isTest }),
          ...signCallback(work.message.eventId, text, keys, startedAt),
          'content-type': 'application/json',
          'user-agent': userAgent,
        },
        confidentialHeaders,
        body: text,
        timeoutMs,
        ...(asked ? { maxAnswerBytes: askedAnswerBytes } : {}),
        ...(challenge === undefined ? {} : { challenge }),
      });
      const sent = {
        origin: originOf(subscription),
        userAgent,
        customHeaders: subscription.headers?.names ?? [],
        attempt,
        ...(isTest ? { isTest } : {}),
        ...(asked ? { isAskedFor: asked } : {}),
      };
      return { startedAt: startedAt.toISOString(), outcome, sent };
    };
  };
}
