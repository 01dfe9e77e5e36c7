import type { AccountStatusLookup, AccountStore } from '../../../core/accounts/account-store.ts';
import type { AuditLog } from '../../../core/accounts/audit-log.ts';
import type { CredentialStore } from '../../../core/accounts/credential-store.ts';
import type { IdempotencyStore } from '../../../core/accounts/idempotency-store.ts';
import type { Slots } from '../../../core/accounts/slots.ts';
import type { StageStatusLookup } from '../../../core/accounts/stage-status.ts';
import type { DeliveryHistory } from '../../../core/deliveries/delivery-history.ts';
import type { DeliveryLog } from '../../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../../core/deliveries/delivery-queues.ts';
import type { EventHistory } from '../../../core/deliveries/event-history.ts';
import type { EventBodies, EventLog } from '../../../core/deliveries/event-log.ts';
import type { ParkedDeliveries } from '../../../core/deliveries/parked-deliveries.ts';
import type { StatisticsHistory } from '../../../core/deliveries/statistics-log.ts';
import type { CallbackUrlRules } from '../../../core/receivers/callback-address.ts';
import type { NameResolver } from '../../../core/receivers/name-resolver.ts';
import type { NamedHosts } from '../../../core/receivers/named-hosts.ts';
import type { SecretCipher } from '../../../core/secret-cipher.ts';
import type { SubscriptionStore } from '../../../core/subscriptions/subscription-store.ts';
import type { Telemetry } from '../../../core/telemetry.ts';
import type { CallLimiter } from '../../receivers/call-limiter.ts';

/** The OpenAPI document, as far as the API itself reads it. */
export interface ApiDescription {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly object[];
}

/** All that the API needs. Each handler names the part that it uses. */
export interface ApiDeps {
  readonly subscriptions: SubscriptionStore;
  readonly accounts: AccountStore;
  /** May be a few seconds old. */
  readonly accountStatus: AccountStatusLookup;
  /** The same. */
  readonly stageStatus: StageStatusLookup;
  readonly credentials: CredentialStore;
  readonly slots: Slots;
  readonly auditLog: AuditLog;
  readonly idempotency: IdempotencyStore;
  readonly deliveries: DeliveryLog;
  readonly deliveryHistory: DeliveryHistory;
  readonly events: EventLog & EventBodies;
  readonly eventHistory: EventHistory;
  readonly parked: ParkedDeliveries;
  readonly statistics: StatisticsHistory;
  readonly retries: Pick<RetryQueue, 'sendRetry'>;
  readonly reserveTurns: CallLimiter;
  readonly namedHosts: NamedHosts;
  readonly cipher: SecretCipher;
  readonly rules: CallbackUrlRules;
  readonly names: NameResolver;
  readonly telemetry: Telemetry;
  /** As `npm run docs` wrote it. */
  readonly readDescription: () => Promise<ApiDescription>;
  readonly cursorKey: () => Promise<Uint8Array>;
  /** `required`: a receiver gets callbacks only once it has given its consent. */
  readonly receiverVerification: 'off' | 'required';
  /** The stage's time for a call, in milliseconds. */
  readonly callbackTimeoutMs: number;
  /** How long events and deliveries can be looked up. */
  readonly retentionDays: number;
  /** Where the page for account owners is served, without a path. */
  readonly portalUrl: string;
  /** For so long, functions may use what they have read before. */
  readonly cacheMs: number;
  /** How long the message of a delivery may take until the sweeper takes over. */
  readonly queueMarginSeconds: number;
  /** After so long, no further event is listed before the time at which the list was read. */
  readonly eventsSettleSeconds: number;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}
