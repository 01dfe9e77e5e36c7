import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  accountKey,
  attemptKey,
  auditKey,
  bucketKey,
  contendersKey,
  credentialKey,
  credentialOfAccountKey,
  credentialPrefixes,
  deliveryKey,
  eventIdOf,
  eventKey,
  feedKey,
  feedsOf,
  idempotencyClaimKey,
  type Key,
  namedHostsKey,
  slotsKey,
  statisticsKey,
  subscriptionKey,
  subscriptionPrefix,
} from '../../adapters/dynamo-keys.ts';
import { acceptedAt, deliveryRef } from '../support/builders.ts';

const identifier = fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/);
const parts = fc.record({ accountId: identifier, subscriptionId: identifier, eventId: identifier });

/** Every key that an account's items may have. */
function keysOf({ accountId, subscriptionId, eventId }: { [name: string]: string | undefined }): Key[] {
  const ref = deliveryRef({ accountId, subscriptionId, eventId });
  return [
    subscriptionKey(ref.accountId, ref.subscriptionId),
    eventKey(ref.accountId, ref.eventId),
    deliveryKey(ref),
    attemptKey(ref, acceptedAt),
    statisticsKey(ref, acceptedAt, 'part'),
    accountKey(ref.accountId),
    credentialOfAccountKey(ref.accountId, 'api-key', ref.eventId),
    credentialOfAccountKey(ref.accountId, 'portal-session', ref.eventId),
    slotsKey(ref.accountId, 'subscriptions'),
    slotsKey(ref.accountId, 'api-keys'),
    namedHostsKey(ref.accountId, acceptedAt),
    auditKey(ref.accountId, acceptedAt, ref.eventId),
    idempotencyClaimKey(ref.accountId, ref.eventId),
    credentialKey(ref.eventId),
    bucketKey(ref.eventId),
  ];
}

test('no key of one account is a key of another', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      fc.pre(a.accountId !== b.accountId);
      const partitions = (of: typeof a) =>
        keysOf(of)
          .filter(({ pk }) => pk.startsWith('A#'))
          .map(({ pk }) => pk);
      expect(partitions(a).filter((pk) => partitions(b).includes(pk))).toEqual([]);
    }),
  );
});

test('items of different kinds never share a key', () => {
  fc.assert(
    fc.property(parts, (some) => {
      expect(new Set(keysOf(some).map(({ pk, sk }) => `${pk} ${sk}`)).size).toBe(keysOf(some).length);
    }),
  );
});

test('a listing of subscriptions, credentials or deliveries by prefix meets nothing else', () => {
  const ref = deliveryRef();

  const account = [
    subscriptionKey('acc_1', 'x'),
    credentialOfAccountKey('acc_1', 'api-key', 'x'),
    credentialOfAccountKey('acc_1', 'portal-session', 'x'),
    slotsKey('acc_1', 'subscriptions'),
    slotsKey('acc_1', 'portal-sessions'),
    accountKey('acc_1'),
  ];
  for (const prefix of [subscriptionPrefix, ...Object.values(credentialPrefixes)])
    expect(account.filter(({ sk }) => sk.startsWith(prefix))).toHaveLength(1);
  expect(deliveryKey(ref).pk).toBe(attemptKey(ref, acceptedAt).pk);
  expect(deliveryKey(ref).sk).toMatch(/^D#2026-11-23T16:55:01.000Z#evt_1$/);
  expect(attemptKey(ref, acceptedAt).sk).toMatch(/^T#/);
  expect(statisticsKey(ref, acceptedAt, 'part')).toEqual({
    pk: deliveryKey(ref).pk,
    sk: 'H#2026-11-23T16#part',
  });
});

/** What is in the table was written by earlier versions: with another key it would be lost. */
test.each<[kind: string, key: Key, pk: string, sk: string]>([
  ['an account', accountKey('acc_1'), 'A#acc_1', 'A'],
  ['a subscription', subscriptionKey('acc_1', 'sub_1'), 'A#acc_1', 'S#sub_1'],
  ['a credential', credentialKey('key_1'), 'K#key_1', 'K'],
  ['an API key of an account', credentialOfAccountKey('acc_1', 'api-key', 'key_1'), 'A#acc_1', 'K#key_1'],
  [
    'a session of an account',
    credentialOfAccountKey('acc_1', 'portal-session', 'key_1'),
    'A#acc_1',
    'P#key_1',
  ],
  ['slots', slotsKey('acc_1', 'api-keys'), 'A#acc_1', 'C#api-keys'],
  ['an audit entry', auditKey('acc_1', acceptedAt, 'r#a'), 'A#acc_1#U', `${acceptedAt}#r#a`],
  ['named hosts', namedHostsKey('acc_1', acceptedAt), 'A#acc_1#N', '2026-11-23T16:55'],
  ['an Idempotency-Key', idempotencyClaimKey('acc_1', 'hash'), 'A#acc_1#I', 'hash'],
  ['an event', eventKey('acc_1', 'evt_1'), 'A#acc_1#E#evt_1', 'E'],
  ['a delivery', deliveryKey(deliveryRef()), 'A#acc_1#S#sub_1', `D#${acceptedAt}#evt_1`],
  [
    'an attempt',
    attemptKey(deliveryRef(), acceptedAt),
    'A#acc_1#S#sub_1',
    `T#${acceptedAt}#evt_1#${acceptedAt}`,
  ],
  ['statistics', statisticsKey(deliveryRef(), acceptedAt, 'p'), 'A#acc_1#S#sub_1', 'H#2026-11-23T16#p'],
  ['the bucket of a limit', bucketKey('host x'), 'L#host x', 'L'],
  ['who waits at a host', contendersKey('x', 5), 'L#contenders x', '5'],
])('the key of %s stays the same', (_, key, pk, sk) => {
  expect(key).toEqual({ pk, sk });
});

test('the list of events stays in its four parts, each event in its own', () => {
  const feeds = [0, 1, 2, 3].map((shard) => `A#acc_1#F#${shard}`);

  expect(feedsOf('acc_1')).toEqual(feeds);
  expect(feedKey('acc_1', 'evt_1', acceptedAt)).toEqual({
    feed: expect.stringMatching(/^A#acc_1#F#[0-3]$/),
    feedPosition: `${acceptedAt} evt_1`,
  });
  const used = Array.from({ length: 64 }, (_, nth) => feedKey('acc_1', `evt_${nth}`, acceptedAt).feed);
  expect(new Set(used)).toEqual(new Set(feeds));
});

test('an event’s id is read from its key', () => {
  expect(eventIdOf(eventKey('acc_1', 'evt_1'))).toBe('evt_1');
});
