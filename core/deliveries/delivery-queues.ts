import type { DeliveryMessage } from './delivery.ts';

/** A message that the queue did not accept. */
export interface RefusedMessage {
  readonly message: DeliveryMessage;
  readonly cause: unknown;
}

export interface DelayedMessage {
  readonly message: DeliveryMessage;
  /** From 0 to 900. */
  readonly delaySeconds: number;
}

/** Carries first attempts from the dispatcher to the deliverer. */
export interface FirstAttemptQueue {
  /** Returns the refused messages. Never rejects, so one failed batch cannot fail another. */
  sendFirstAttempts(messages: readonly DeliveryMessage[]): Promise<readonly RefusedMessage[]>;
}

/** Carries every later attempt. Each is in the due index as well, so a lost message only makes it late. */
export interface RetryQueue {
  /** Rejects if the queue did not accept the message. */
  sendRetry(message: DeliveryMessage, delaySeconds: number): Promise<void>;
  /** Sends each message with its own delay. Returns the refused messages. Never rejects. */
  sendRetries(retries: readonly DelayedMessage[]): Promise<readonly RefusedMessage[]>;
}

/** Tells operators about deliveries that ended undelivered. The rows remain the truth. */
export interface ExhaustedQueue {
  /** Rejects if the queue did not accept the message. */
  sendExhausted(message: DeliveryMessage, reason: string): Promise<void>;
}
