import type { DeliveryMessage } from './delivery.ts';

/** A message that its queue did not take. */
export interface RefusedMessage {
  readonly message: DeliveryMessage;
  readonly cause: unknown;
}

export interface DelayedMessage {
  readonly message: DeliveryMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

/** First attempts, from the dispatcher to the deliverer. */
export interface FirstAttemptQueue {
  /** Answers with the messages that were refused; never rejects, so that one batch cannot fail another. */
  sendFirstAttempts(messages: readonly DeliveryMessage[]): Promise<readonly RefusedMessage[]>;
}

/** Every other attempt. What it carries stands in the due index as well: a message that gets lost costs punctuality. */
export interface RetryQueue {
  /** Rejects if the message was not taken. */
  sendRetry(message: DeliveryMessage, delaySeconds: number): Promise<void>;
  /** Each with its own delay. Answers with the messages that were refused; never rejects. */
  sendRetries(retries: readonly DelayedMessage[]): Promise<readonly RefusedMessage[]>;
}

/** Tells operators of deliveries that have ended undelivered; their rows are the truth. */
export interface ExhaustedQueue {
  /** Rejects if the message was not taken. */
  sendExhausted(message: DeliveryMessage, reason: string): Promise<void>;
}
