import type { Rejection } from './published-event.ts';

export interface DeadLetters {
  /** Puts a message that can never be processed where its queue's redrive policy would, with the reason. */
  reject(queueArn: string, body: string, rejection: Rejection): Promise<void>;
}
