import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  accountKey,
  apiKeyOfAccountKey,
  apiKeyPrefix,
  attemptKey,
  auditKey,
  bucketKey,
  credentialKey,
  deliveryKey,
  eventKey,
  idempotencyClaimKey,
  type Key,
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
    apiKeyOfAccountKey(ref.accountId, ref.eventId),
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

test('a listing of subscriptions, API keys or deliveries by prefix meets nothing else', () => {
  const ref = deliveryRef();

  const account = [subscriptionKey('acc_1', 'x'), apiKeyOfAccountKey('acc_1', 'x'), accountKey('acc_1')];
  for (const prefix of [subscriptionPrefix, apiKeyPrefix])
    expect(account.filter(({ sk }) => sk.startsWith(prefix))).toHaveLength(1);
  expect(deliveryKey(ref).pk).toBe(attemptKey(ref, acceptedAt).pk);
  expect(deliveryKey(ref).sk).toMatch(/^D#2026-11-23T16:55:01.000Z#evt_1$/);
  expect(attemptKey(ref, acceptedAt).sk).toMatch(/^T#/);
  expect(statisticsKey(ref, acceptedAt)).toEqual({ pk: deliveryKey(ref).pk, sk: 'H#2026-11-23T16' });
});
