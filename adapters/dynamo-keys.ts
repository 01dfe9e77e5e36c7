import { createHash } from 'node:crypto';
import type { DeliveryRef, SubscriptionRef } from '../core/deliveries/delivery.ts';

/**
 * Every key of the table, in one place. All but credentials and limits start with the account, which comes from an
 * authorizer or from an event's own envelope, so that no identifier can reach into another account.
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

/** Parts of an account's list of events: one alone would cap the account at a partition's 1,000 writes a second. */
const feedShards = 4;

/** Where an account's events are listed, in the order of their positions. */
export function feedsOf(accountId: string): string[] {
  return Array.from({ length: feedShards }, (_, shard) => `A#${accountId}#F#${shard}`);
}

/** Of an event in the list of its account: attributes of its item, and the key of the index. */
export function feedKey(accountId: string, eventId: string, recordedAt: string) {
  const shard = createHash('sha256').update(eventId).digest().readUInt8(0) % feedShards;
  return { feed: feedsOf(accountId)[shard], feedPosition: `${recordedAt} ${eventId}` };
}

/** The event that a key names. */
export function eventIdOf({ pk }: Pick<Key, 'pk'>): string {
  return pk.slice(pk.lastIndexOf('#') + 1);
}

export function deliveryKey(ref: DeliveryRef): Key {
  return { pk: deliveriesOf(ref), sk: `D#${ref.acceptedAt}#${ref.eventId}` };
}

/** Under the delivery's partition but apart from the deliveries, so that listing those reads nothing else. */
export function attemptKey(ref: DeliveryRef, startedAt: string): Key {
  return { pk: deliveriesOf(ref), sk: `T#${ref.acceptedAt}#${ref.eventId}#${startedAt}` };
}

/** In the same partition, apart from both. `hour` is its beginning, of which minutes and less are left out. */
export function statisticsKey(of: SubscriptionRef, hour: string): Key {
  return { pk: deliveriesOf(of), sk: `${statisticsPrefix}${hour.slice(0, '2026-11-26T12'.length)}` };
}
export const statisticsPrefix = 'H#';

/** The account itself. */
export function accountKey(accountId: string): Key {
  return { pk: `A#${accountId}`, sk: 'A' };
}

/** The authorizer knows nothing but the credential's identifier. */
export function credentialKey(credentialId: string): Key {
  return { pk: `K#${credentialId}`, sk: 'K' };
}

/** That the account has this API key; the key itself stands under its own identifier. */
export function apiKeyOfAccountKey(accountId: string, credentialId: string): Key {
  return { pk: `A#${accountId}`, sk: `${apiKeyPrefix}${credentialId}` };
}
export const apiKeyPrefix = 'K#';

/** Apart from the account's other items: it is written more often, and listed by time. */
export function auditKey(accountId: string, at: string, unique: string): Key {
  return { pk: `A#${accountId}#U`, sk: `${at}#${unique}` };
}

/** Apart from the account's other items: nothing lists them. */
export function idempotencyClaimKey(accountId: string, keyHash: string): Key {
  return { pk: `A#${accountId}#I`, sk: keyHash };
}

/** What a limit's sandboxes share; a host's is shared by all accounts. */
export function bucketKey(bucket: string): Key {
  return { pk: `L#${bucket}`, sk: 'L' };
}

function deliveriesOf(ref: SubscriptionRef): string {
  return `A#${ref.accountId}#S#${ref.subscriptionId}`;
}
