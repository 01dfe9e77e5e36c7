import type { DeliveryOutcome } from './delivery-outcome.ts';

export interface CallbackRequest {
  readonly url: string;
  /** Requests with different keys never share a connection. Each subscription has its own. */
  readonly connectionKey: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent like `headers`, but masked in the stored response, because a receiver may echo them. */
  readonly confidentialHeaders: Readonly<Record<string, string>>;
  readonly body: string;
  /** The limit for the whole call, from name resolution to the end of the response. */
  readonly timeoutMs: number;
}

export interface CallbackSender {
  send(request: CallbackRequest): Promise<DeliveryOutcome>;
}
