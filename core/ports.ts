import type { Attempt, Delivery, DeliveryMessage, DeliveryRef } from './delivery.ts';
import type { DeliveryOutcome } from './delivery-outcome.ts';
import type { PlannedDelivery } from './dispatch.ts';
import type { PublishedEvent, Rejection } from './published-event.ts';
import type { DisabledReason, Subscription } from './subscription.ts';

/** What the core needs of the outside. A rejected promise always means that we are broken, never a receiver. */

export interface AccountSubscriptions {
  /** All of an account's subscriptions, oldest first. May be as old as `subscriptionCacheMs`. */
  listSubscriptions(accountId: string): Promise<readonly Subscription[]>;
}

export interface SubscriptionLookup {
  /** May be as old as `subscriptionCacheMs`. */
  findSubscription(accountId: string, subscriptionId: string): Promise<Subscription | undefined>;
}

export interface SubscriptionStore extends AccountSubscriptions, SubscriptionLookup {
  createSubscription(subscription: Subscription): Promise<void>;
  /** False if there was none. */
  deleteSubscription(accountId: string, subscriptionId: string): Promise<boolean>;
}

export interface SubscriptionDisabler {
  disableSubscription(
    accountId: string,
    subscriptionId: string,
    reason: DisabledReason,
    now: Date,
  ): Promise<void>;
}

/** The row of an event: written once, together with what was decided for every subscription. */
export interface StoredEvent {
  readonly envelopeId: string;
  readonly bodyHash: string;
  readonly plan: readonly PlannedDelivery[];
}

export interface EventLog {
  /** Stores the event unless one with its id exists; answers with what exists. */
  recordEvent(event: PublishedEvent, plan: readonly PlannedDelivery[]): Promise<'recorded' | StoredEvent>;
}

export interface EventBodies {
  readEventBody(accountId: string, eventId: string): Promise<string | undefined>;
}

export interface DeliveryLog {
  findDelivery(ref: DeliveryRef): Promise<Delivery | undefined>;
  /** Writes `next` if the row is still `seen` (undefined: still absent); false if it is not. */
  replaceDelivery(seen: Delivery | undefined, next: Delivery): Promise<boolean>;
  /** Stores first attempts that succeeded, 25 at most; answers with those that could not be stored. */
  recordDelivered(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;
  recordAttempt(ref: DeliveryRef, attempt: Attempt): Promise<void>;
}

export interface RefusedMessage {
  readonly message: DeliveryMessage;
  readonly cause: unknown;
}

/** Everything that awaits something, by the time at which it is due. */
export interface DueIndex {
  /** The index is split; each part is read by itself. */
  readonly shardCount: number;
  /** Deliveries that were due at that time, the longest first; a few may have moved on since. */
  listDue(shard: number, now: Date, limit: number): Promise<readonly Delivery[]>;
}

export interface DeliveryQueue {
  /** Answers with the messages that the queue did not take; never rejects, so that one batch cannot fail another. */
  sendFirstAttempts(messages: readonly DeliveryMessage[]): Promise<readonly RefusedMessage[]>;
  sendRetry(message: DeliveryMessage, delaySeconds: number): Promise<void>;
  /** Due at once; otherwise as `sendFirstAttempts`. */
  sendRetries(messages: readonly DeliveryMessage[]): Promise<readonly RefusedMessage[]>;
  /** Tells operators of a delivery that has ended undelivered; its row is the truth. */
  sendExhausted(message: DeliveryMessage, reason: string): Promise<void>;
}

export interface DeadLetters {
  /** Puts a message that can never be processed where its queue's redrive policy would, with the reason. */
  reject(queueArn: string, body: string, rejection: Rejection): Promise<void>;
}

export interface CallbackRequest {
  readonly url: string;
  /** Connections are never shared between two subscriptions. */
  readonly connectionKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For everything from name resolution to the end of the response. */
  readonly timeoutMs: number;
}

export interface CallbackSender {
  send(request: CallbackRequest): Promise<DeliveryOutcome>;
}

export interface SecretContext {
  readonly accountId: string;
  readonly subscriptionId: string;
}

export interface SecretCipher {
  seal(secret: string, context: SecretContext): Promise<string>;
  /** Rejects if the text was sealed under another context. */
  open(sealed: string, context: SecretContext): Promise<string>;
}

export interface ApiKeyRecord {
  readonly id: string;
  readonly accountId: string;
  /** SHA-256 of the secret part, hex. */
  readonly secretHash: string;
  readonly role: 'read' | 'manage';
  readonly description: string;
  readonly createdAt: string;
}

export interface ApiKeyStore {
  createApiKey(key: ApiKeyRecord): Promise<void>;
  findApiKey(keyId: string): Promise<ApiKeyRecord | undefined>;
}
