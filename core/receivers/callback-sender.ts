import type { DeliveryOutcome } from './delivery-outcome.ts';

export interface CallbackRequest {
  readonly url: string;
  /** Connections are never shared between two subscriptions. */
  readonly connectionKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as well, and masked in what is kept of the response: a receiver may echo what it got. */
  readonly confidentialHeaders: Readonly<Record<string, string>>;
  readonly body: string;
  /** For everything from name resolution to the end of the response. */
  readonly timeoutMs: number;
}

export interface CallbackSender {
  send(request: CallbackRequest): Promise<DeliveryOutcome>;
}
