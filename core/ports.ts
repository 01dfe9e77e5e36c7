import type { AccountStatus } from './account.ts';
import type { AuditEntry } from './audit.ts';
import type { CallLimit } from './call-limits.ts';
import type { Credential } from './credential.ts';
import type { Attempt, Delivery, DeliveryMessage, DeliveryRef, SubscriptionRef } from './delivery.ts';
import type { DeliveryOutcome } from './delivery-outcome.ts';
import type { PlannedDelivery } from './dispatch.ts';
import type { PublishedEvent, Rejection } from './published-event.ts';
import type { Tally } from './statistics.ts';
import type { DisabledReason, Subscription } from './subscription.ts';

/** What the core needs of the outside. A rejected promise always means that we are broken, never a receiver. */

export interface AccountSubscriptions {
  /** All of an account's subscriptions, oldest first. May be as old as the stage's `cacheMs`. */
  listSubscriptions(accountId: string): Promise<readonly Subscription[]>;
}

export interface SubscriptionLookup {
  /** May be as old as the stage's `cacheMs`. */
  findSubscription(accountId: string, subscriptionId: string): Promise<Subscription | undefined>;
}

export interface SubscriptionStore extends AccountSubscriptions, SubscriptionLookup {
  createSubscription(subscription: Subscription): Promise<void>;
  /** Writes `next` if the stored one is still `seen`; false if it is not. */
  replaceSubscription(seen: Subscription, next: Subscription): Promise<boolean>;
  /** False if there was none, or if it is not `seen` any more. */
  deleteSubscription(accountId: string, subscriptionId: string, seen?: Subscription): Promise<boolean>;
}

/** What deliveries learn about a receiver. Each holds for the subscription with the URL that was called. */
export interface ReceiverNotes {
  disable(subscription: Subscription, reason: DisabledReason, now: Date): Promise<void>;
  /** It has answered 2xx: its address is proven, and refusals before it no longer count. */
  noteSuccess(subscription: Subscription, now: Date): Promise<void>;
  /** Its address is not public; disables it at the third time in a row. */
  noteAddressRefused(subscription: Subscription, now: Date): Promise<void>;
  /** Its calls have begun to take long, or no longer do. */
  noteSpeed(subscription: Subscription, isSlow: boolean, now: Date): Promise<void>;
}

export interface AccountStatusLookup {
  /** May be as old as the stage's `cacheMs`. An account that nobody has spoken of is active. */
  findAccountStatus(accountId: string): Promise<AccountStatus>;
}

export interface AccountStore extends AccountStatusLookup {
  setAccountStatus(accountId: string, status: AccountStatus, now: Date): Promise<void>;
}

/** The row of an event: written once, together with what was decided for every subscription. */
export interface StoredEvent {
  readonly envelopeId: string;
  readonly bodyHash: string;
  readonly plan: readonly PlannedDelivery[];
}

export interface EventLog {
  /** Stores the event unless one with its id exists; answers with what exists. */
  recordEvent(
    event: PublishedEvent,
    plan: readonly PlannedDelivery[],
    now: Date,
  ): Promise<'recorded' | StoredEvent>;
  /** Keeps an event from now for as long as a new one; false if it is gone. */
  keepEvent(accountId: string, eventId: string, now: Date): Promise<boolean>;
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

/** What attempts came to, by subscription and hour: statistics, in which a repeated call counts again. */
export interface StatisticsLog {
  /** Adds to the hour of `now`. May take a second, then rejects. */
  addStatistics(of: SubscriptionRef, tally: Tally, now: Date): Promise<void>;
}

export interface RefusedMessage {
  readonly message: DeliveryMessage;
  readonly cause: unknown;
}

export interface DelayedMessage {
  readonly message: DeliveryMessage;
  readonly delaySeconds: number;
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
  /** Each with its own delay; otherwise as `sendFirstAttempts`. */
  sendRetries(retries: readonly DelayedMessage[]): Promise<readonly RefusedMessage[]>;
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
  /** Sent as well, and masked in what is kept of the response: a receiver may echo what it got. */
  readonly confidentialHeaders: Readonly<Record<string, string>>;
  readonly body: string;
  /** For everything from name resolution to the end of the response. */
  readonly timeoutMs: number;
}

export interface CallbackSender {
  send(request: CallbackRequest): Promise<DeliveryOutcome>;
}

export interface NameResolver {
  /** All addresses of a name, IPv4 first; none if there are none or nobody answers in time. */
  resolveName(name: string): Promise<readonly string[]>;
}

/** What a sealed text belongs to: a subscription, or the request with that key, by its hash, whose answer it is. */
export type SecretContext =
  | { readonly accountId: string; readonly subscriptionId: string }
  | { readonly accountId: string; readonly idempotencyKey: string };

export interface SecretCipher {
  seal(secret: string, context: SecretContext): Promise<string>;
  /** Rejects if the text was sealed under another context. */
  open(sealed: string, context: SecretContext): Promise<string>;
}

export interface CredentialLookup {
  findCredential(id: string): Promise<Credential | undefined>;
  noteUse(id: string, now: Date): Promise<void>;
}

export interface CredentialStore {
  createCredential(credential: Credential): Promise<void>;
  /** An account's API keys, oldest first; sessions end by themselves and are not listed. */
  listApiKeys(accountId: string): Promise<readonly Credential[]>;
  /** False if the account has no such key. */
  revokeApiKey(accountId: string, id: string): Promise<boolean>;
}

export interface AuditLog {
  recordAudit(entry: AuditEntry): Promise<void>;
  /** Newest first. `after` and `next` are positions within the account's own entries. */
  listAudit(
    accountId: string,
    limit: number,
    after?: string,
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next: string | undefined }>;
}

/** A request that its caller may repeat, by a key of the caller's. */
export interface IdempotencyClaim {
  readonly accountId: string;
  readonly keyHash: string;
  /** The same for the same request only. */
  readonly fingerprint: string;
  /** Another one each time, also for the same request. */
  readonly claimId: string;
}

export interface HeldKey {
  readonly fingerprint: string;
  /** Once there is one; until then the request is being served. */
  readonly sealedAnswer?: string;
}

export interface IdempotencyStore {
  /** Claims a key that is free, or whose request is the same and can no longer be answered. */
  claimKey(claim: IdempotencyClaim, now: Date): Promise<'claimed' | HeldKey>;
  /** False, and nothing stored, if the key is no longer this claim's. */
  storeAnswer(claim: IdempotencyClaim, sealedAnswer: string): Promise<boolean>;
  /** Leaves a key alone that is no longer this claim's. */
  releaseKey(claim: IdempotencyClaim): Promise<void>;
}

export interface TokenStore {
  /**
   * Reserves tokens in a row; answers with the time from which the first is good, in ms since 1970, which may have
   * passed. Undefined, and nothing reserved, if that is further ahead than the limit's `maxWaitMs`.
   */
  reserveTokens(limit: CallLimit, count: number, now: Date): Promise<number | undefined>;
}
