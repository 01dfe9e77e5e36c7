import { createHash } from 'node:crypto';
import type { CredentialKind } from '../core/accounts/credential.ts';
import type { SlotKind } from '../core/accounts/slots.ts';
import type { DeliveryRef, SubscriptionRef } from '../core/deliveries/delivery.ts';
import type { PlaceCount } from '../core/deliveries/places.ts';

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
 * In the same partition with another prefix: a part of the statistics of an hour. `hour` is the start of the hour; minutes
 * and smaller parts are dropped.
 */
export function statisticsKey(of: SubscriptionRef, hour: string, part: string): Key {
  return { pk: deliveriesOf(of), sk: `${statisticsPrefix}${hour.slice(0, '2026-11-26T12'.length)}#${part}` };
}
export const statisticsPrefix = 'H#';

/** How many of a subscription's deliveries have ended undelivered since its owner was told. */
export function exhaustedCountKey(of: SubscriptionRef): Key {
  return { pk: deliveriesOf(of), sk: 'X' };
}

/** The partition of a subscription's deliveries, also in the index of those that are parked. */
export function deliveriesKey(of: SubscriptionRef): Pick<Key, 'pk'> {
  return { pk: deliveriesOf(of) };
}

/**
 * Partitions of the due index. A single one would cap all retries at a partition's 1,000 writes a second. Subscriptions are
 * due less often.
 */
export const dueShards = { deliveries: 16, subscriptions: 4 } as const;

/** The partitions of subscriptions follow those of deliveries. */
export const subscriptionShardOffset = dueShards.deliveries;

/** The partition of the due index for the delivery or subscription with this sort key. */
export function dueShardOf(sk: string, kind: keyof typeof dueShards): number {
  const shard = createHash('sha256').update(sk).digest().readUInt8(0) % dueShards[kind];
  return kind === 'subscriptions' ? subscriptionShardOffset + shard : shard;
}

/** What operators have set for the whole stage. */
export const stageKey: Key = { pk: 'STAGE#calls', sk: 'STAGE' };

/** The item of the account itself. */
export function accountKey(accountId: string): Key {
  return { pk: `A#${accountId}`, sk: 'A' };
}

/** Holds no account, because the authorizer knows only the credential's identifier. */
export function credentialKey(credentialId: string): Key {
  return { pk: `K#${credentialId}`, sk: 'K' };
}

/** Lists a credential under its account. The credential itself is stored under its own identifier. */
export function credentialOfAccountKey(accountId: string, kind: CredentialKind, credentialId: string): Key {
  return { pk: `A#${accountId}`, sk: `${credentialPrefixes[kind]}${credentialId}` };
}
export const credentialPrefixes: Readonly<Record<CredentialKind, string>> = {
  'api-key': 'K#',
  'portal-session': 'P#',
};

/** The slots of which an account may take a limited number. */
export function slotsKey(accountId: string, kind: SlotKind): Key {
  return { pk: `A#${accountId}`, sk: `C#${kind}` };
}

/** In a partition of its own, because audit entries are written more often and listed by time. */
export function auditKey(accountId: string, at: string, unique: string): Key {
  return { pk: `A#${accountId}#U`, sk: `${at}#${unique}` };
}

/** One item a minute, in a partition of its own. `at` is any time of the minute. */
export function namedHostsKey(accountId: string, at: string): Key {
  return { pk: `A#${accountId}#N`, sk: at.slice(0, '2026-11-26T12:30'.length) };
}

/** In a partition of its own, because nothing lists these items. */
export function idempotencyClaimKey(accountId: string, keyHash: string): Key {
  return { pk: `A#${accountId}#I`, sk: keyHash };
}

/** The bucket that all sandboxes share. A host's bucket is shared by all accounts. */
export function bucketKey(bucket: string): Key {
  return { pk: `L#${bucket}`, sk: 'L' };
}

/** The places that an account has taken of a queue in one window. */
export function placesKey({ queue, accountId, window }: PlaceCount): Key {
  return { pk: `L#places ${queue} ${accountId}`, sk: String(window.startMs) };
}

/** The accounts that wait for each other at a host in one window. */
export function contendersKey(host: string, windowStartMs: number): Key {
  return { pk: `L#contenders ${host}`, sk: String(windowStartMs) };
}

function deliveriesOf(ref: SubscriptionRef): string {
  return `A#${ref.accountId}#S#${ref.subscriptionId}`;
}
