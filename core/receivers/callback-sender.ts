import type { DeliveryOutcome } from './delivery-outcome.ts';

export interface CallbackRequest {
  readonly url: string;
  /** Requests with different keys never share a connection. Each subscription has its own. */
  readonly connectionKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent like `headers`, but masked in the stored response, because a receiver may echo them. */
  readonly confidentialHeaders: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * If the answer gives this back, the outcome says so. It is compared with the answer as it was sent: the excerpt of
   * an outcome is masked, and the answer itself never leaves the sender.
   */
  readonly challenge?: string;
  /** How much of the answer's body is read. Left out: enough for a message. */
  readonly maxAnswerBytes?: number;
  /** The limit for the whole call, from name resolution to the end of the response. */
  readonly timeoutMs: number;
}

export interface CallbackSender {
  send(request: CallbackRequest): Promise<DeliveryOutcome>;
}
