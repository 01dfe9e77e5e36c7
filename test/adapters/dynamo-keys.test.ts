import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  accountKey,
  attemptKey,
  auditKey,
  bucketKey,
  credentialKey,
  credentialOfAccountKey,
  credentialPrefixes,
  deliveryKey,
  eventKey,
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
    statisticsKey(ref, acceptedAt),
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
  expect(statisticsKey(ref, acceptedAt)).toEqual({ pk: deliveryKey(ref).pk, sk: 'H#2026-11-23T16' });
});
