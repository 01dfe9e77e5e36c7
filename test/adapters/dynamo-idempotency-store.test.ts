import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createIdempotencyStore } from '../../adapters/dynamo-idempotency-store.ts';
import { idempotencyClaimKey } from '../../adapters/dynamo-keys.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { IdempotencyClaim } from '../../core/accounts/idempotency-store.ts';
import { uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let proxy: WireProxy;
let table: DynamoTable;
let store: ReturnType<typeof createIdempotencyStore>;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  table = await connectTableAt(proxy.url);
  store = createIdempotencyStore(table);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  table.client.destroy();
  await proxy.close();
  await engine.close();
});

const startMs = Date.parse('2026-11-23T17:00:00.250Z');
const dayMs = 86_400_000;

function newClaim(overrides: Partial<IdempotencyClaim> = {}): IdempotencyClaim {
  return {
    accountId: uniqueId('acc'),
    keyHash: 'key-hash',
    fingerprint: 'fingerprint',
    claimId: uniqueId('claim'),
    ...overrides,
  };
}

/** The same request once more. */
function repeated(claim: IdempotencyClaim): IdempotencyClaim {
  return { ...claim, claimId: uniqueId('claim') };
}

function claimAt(claim: IdempotencyClaim, ms = 0) {
  return store.claimKey(claim, new Date(startMs + ms));
}

describe('a key', () => {
  test('is claimed once; who comes later sees what for, and the answer as soon as there is one', async () => {
    const claim = newClaim();

    expect(await claimAt(claim)).toBe('claimed');
    expect(await claimAt(newClaim({ ...repeated(claim), fingerprint: 'other' }))).toEqual({
      fingerprint: 'fingerprint',
    });
    expect(await store.storeAnswer(claim, 'sealed')).toBe(true);
    expect(await claimAt(repeated(claim))).toEqual({ fingerprint: 'fingerprint', sealedAnswer: 'sealed' });
  });

  test('is one’s only, of many who want it at the same time', async () => {
    const claim = newClaim();

    const answers = await Promise.all(Array.from({ length: 8 }, () => claimAt(repeated(claim))));

    expect(answers.filter((answer) => answer === 'claimed')).toHaveLength(1);
  });

  test('of another account, or another key of the same, is another one', async () => {
    const claim = newClaim();
    await claimAt(claim);

    expect(await claimAt({ ...repeated(claim), accountId: uniqueId('acc') })).toBe('claimed');
    expect(await claimAt({ ...repeated(claim), keyHash: 'other' })).toBe('claimed');
  });

  test('is claimed though the reply to that was lost', async () => {
    let lost = 0;
    proxy.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation !== 'PutItem' || lost > 0) return answer;
      lost += 1;
      return undefined;
    });

    expect(await claimAt(newClaim())).toBe('claimed');
    expect(lost).toBe(1);
  });

  test('keeps its answer when the write that claimed it arrives once more', async () => {
    const claim = newClaim();
    await claimAt(claim);
    await store.storeAnswer(claim, 'sealed');

    expect(await claimAt(claim)).toMatchObject({ sealedAnswer: 'sealed' });
  });

  test('that is given free while somebody looks is claimed in the end', async () => {
    const claim = newClaim();
    await claimAt(claim);
    proxy.intercept(async (call) => {
      if (call.operation === 'GetItem') await store.releaseKey(claim);
      return call.forward();
    });

    expect(await claimAt(repeated(claim))).toBe('claimed');
  });

  test('that changes hands faster than one can look is in use', async () => {
    const claim = newClaim();
    proxy.intercept(async (call) => {
      // Others hold it at each write, and nobody at each read.
      if (call.operation === 'GetItem') return { status: 200, body: {} };
      return { status: 400, body: { __type: 'ConditionalCheckFailedException' } };
    });

    expect(await claimAt(claim)).toEqual({ fingerprint: 'fingerprint' });
  });

  test('is nobody’s if the table does not answer', async () => {
    proxy.intercept(async () => internalFailure);

    await expect(claimAt(newClaim())).rejects.toMatchObject({ name: 'InternalFailure' });
  });
});

describe('a claim without an answer', () => {
  test('holds for 30 seconds, then the same request takes it over', async () => {
    const claim = newClaim();
    await claimAt(claim);

    expect(await claimAt(repeated(claim), 29_999)).toEqual({ fingerprint: 'fingerprint' });
    expect(await claimAt(repeated(claim), 30_000)).toBe('claimed');
    expect(await claimAt(repeated(claim), 59_999)).toEqual({ fingerprint: 'fingerprint' });
  });

  test('is not taken over by another request, which the first may have got ahead of', async () => {
    const claim = newClaim();
    await claimAt(claim);

    expect(await claimAt({ ...repeated(claim), fingerprint: 'other' }, 60_000)).toEqual({
      fingerprint: 'fingerprint',
    });
  });

  test('is taken over by one only', async () => {
    const claim = newClaim();
    await claimAt(claim);

    const answers = await Promise.all(Array.from({ length: 8 }, () => claimAt(repeated(claim), 30_000)));

    expect(answers.filter((answer) => answer === 'claimed')).toHaveLength(1);
  });

  test('that was taken over can neither store its answer nor give the key free', async () => {
    const late = newClaim();
    await claimAt(late);
    const next = repeated(late);
    await claimAt(next, 30_000);

    expect(await store.storeAnswer(late, 'late')).toBe(false);
    await store.releaseKey(late);
    expect(await claimAt(repeated(late), 30_000)).toEqual({ fingerprint: 'fingerprint' });
    expect(await store.storeAnswer(next, 'next')).toBe(true);
    expect(await claimAt(repeated(late), 30_000)).toMatchObject({ sealedAnswer: 'next' });
  });

  test('leaves nothing when it is given up, and another request may have the key', async () => {
    const claim = newClaim();
    await claimAt(claim);

    await store.releaseKey(claim);
    await store.releaseKey(claim);

    expect(await store.storeAnswer(claim, 'sealed')).toBe(false);
    expect(await claimAt({ ...repeated(claim), fingerprint: 'other' })).toBe('claimed');
  });
});

describe('an answer', () => {
  test('is kept for a day, then the key is free for whatever comes', async () => {
    const claim = newClaim();
    await claimAt(claim);
    await store.storeAnswer(claim, 'sealed');
    const other = { ...repeated(claim), fingerprint: 'other' };

    expect(await claimAt(repeated(claim), dayMs - 1_000)).toMatchObject({ sealedAnswer: 'sealed' });
    expect(await claimAt(other, dayMs)).toBe('claimed');
    expect(await claimAt(repeated(other), dayMs)).toEqual({ fingerprint: 'other' });
  });

  test('is deleted by the table itself, which counts in seconds since 1970', async () => {
    const claim = newClaim();
    await claimAt(claim);
    await store.storeAnswer(claim, 'sealed');

    const { Item } = await table.client.send(
      new GetCommand({
        TableName: table.tableName,
        Key: idempotencyClaimKey(claim.accountId, claim.keyHash),
      }),
    );

    expect(Item).toMatchObject({ expiresAt: Math.floor((startMs + dayMs) / 1_000), sealedAnswer: 'sealed' });
  });
});
