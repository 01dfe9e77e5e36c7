import type { Rejection } from './published-event.ts';

export interface DeadLetters {
  /** Sends a message that can never be processed, with the reason, to the dead-letter queue of its queue. */
  reject(queueArn: string, body: string, rejection: Rejection): Promise<void>;
}
