import { createHash } from 'node:crypto';
import type { DeliveryRef, SubscriptionRef } from '../core/deliveries/delivery.ts';

/**
 * Every key of the table. All but those of credentials and limits start with the account, which comes from an
 * authorizer or from the event's envelope. So no identifier can reach into another account.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export function subscriptionKey(accountId: string, subscriptionId: string): Key {
  return { pk: `A#${accountId}`, sk: `${subscriptionPrefix}${subscriptionId}` };
}
export const subscriptionPrefix = 'S#';

export function eventKey(accountId: string, eventId: string): Key {
  return { pk: `A#${accountId}#E#${eventId}`, sk: 'E' };
}

/**
 * Parts of an account's list of events. A single one would cap the account at a partition's 1,000 writes a second.
 */
const feedShards = 4;

/** The parts in which an account's events are listed, ordered by position. */
export function feedsOf(accountId: string): string[] {
  return Array.from({ length: feedShards }, (_, shard) => `A#${accountId}#F#${shard}`);
}

/** An event's place in its account's list: two attributes of its item, which are the key of the index. */
export function feedKey(accountId: string, eventId: string, recordedAt: string) {
  const shard = createHash('sha256').update(eventId).digest().readUInt8(0) % feedShards;
  return { feed: feedsOf(accountId)[shard], feedPosition: `${recordedAt} ${eventId}` };
}

/** Reads the event's id from its key. */
export function eventIdOf({ pk }: Pick<Key, 'pk'>): string {
  return pk.slice(pk.lastIndexOf('#') + 1);
}

export function deliveryKey(ref: DeliveryRef): Key {
  return { pk: deliveriesOf(ref), sk: `D#${ref.acceptedAt}#${ref.eventId}` };
}

/** In the partition of the deliveries, but with a prefix of its own, so that listing deliveries reads no attempts. */
export function attemptKey(ref: DeliveryRef, startedAt: string): Key {
  return { pk: deliveriesOf(ref), sk: `T#${ref.acceptedAt}#${ref.eventId}#${startedAt}` };
}

/**
 * In the same partition with another prefix. `hour` is the start of the hour; minutes and smaller parts are dropped.
 */
export function statisticsKey(of: SubscriptionRef, hour: string): Key {
  return { pk: deliveriesOf(of), sk: `${statisticsPrefix}${hour.slice(0, '2026-11-26T12'.length)}` };
}
export const statisticsPrefix = 'H#';

/** The item of the account itself. */
export function accountKey(accountId: string): Key {
  return { pk: `A#${accountId}`, sk: 'A' };
}

/** Holds no account, because the authorizer knows only the credential's identifier. */
export function credentialKey(credentialId: string): Key {
  return { pk: `K#${credentialId}`, sk: 'K' };
}

/** Lists an API key under its account. The key itself is stored under its own identifier. */
export function apiKeyOfAccountKey(accountId: string, credentialId: string): Key {
  return { pk: `A#${accountId}`, sk: `${apiKeyPrefix}${credentialId}` };
}
export const apiKeyPrefix = 'K#';

/** In a partition of its own, because audit entries are written more often and listed by time. */
export function auditKey(accountId: string, at: string, unique: string): Key {
  return { pk: `A#${accountId}#U`, sk: `${at}#${unique}` };
}

/** In a partition of its own, because nothing lists these items. */
export function idempotencyClaimKey(accountId: string, keyHash: string): Key {
  return { pk: `A#${accountId}#I`, sk: keyHash };
}

/** The bucket that all sandboxes share. A host's bucket is shared by all accounts. */
export function bucketKey(bucket: string): Key {
  return { pk: `L#${bucket}`, sk: 'L' };
}

function deliveriesOf(ref: SubscriptionRef): string {
  return `A#${ref.accountId}#S#${ref.subscriptionId}`;
}
