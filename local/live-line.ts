/** What a person wants to see while it happens. */

export type LiveKind =
  | 'published'
  | 'delivered'
  | 'failed'
  | 'given up'
  | 'disabled'
  | 'waits'
  | 'kept'
  | 'webhook'
  | 'cancelled'
  | 'consent'
  | 'drill'
  | 'refused'
  | 'unrouted'
  | 'known'
  | 'nobody'
  | 'warning'
  | 'fault';

export interface LiveLine {
  readonly kind: LiveKind;
  /** The type and id of an event, as far as they are known. */
  readonly eventType?: string | undefined;
  readonly eventId?: string | undefined;
  readonly text: string;
}
