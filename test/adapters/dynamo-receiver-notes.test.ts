import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReceiverNotes } from '../../adapters/dynamo-receiver-notes.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import type { ReceiverNotes } from '../../core/subscriptions/receiver-notes.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import { subscription, uniqueId } from '../support/builders.ts';
import { startTable, type TableEngine } from '../support/engines.ts';

const now = new Date('2026-11-23T17:00:00.000Z');

let engine: TableEngine;
let store: SubscriptionStore;
let notes: ReceiverNotes;
beforeAll(async () => {
  engine = await startTable();
  store = createSubscriptionStore(engine.table);
  notes = createReceiverNotes(engine.table);
});
afterAll(() => engine.close());

async function create(overrides: Partial<Subscription> = {}): Promise<Subscription> {
  const created = subscription({ accountId: uniqueId('acc'), provenAt: undefined, ...overrides });
  await store.createSubscription(created);
  return created;
}

function stored({ accountId, id }: Subscription): Promise<Subscription | undefined> {
  return store.findSubscription(accountId, id);
}

describe('disabling', () => {
  test('keeps everything but status, reason and time', async () => {
    const created = await create();
    await notes.disable(created, 'gone', now);

    expect(await stored(created)).toEqual({
      ...created,
      status: 'disabled',
      disabledReason: 'gone',
      version: 2,
      updatedAt: now.toISOString(),
    });
  });

  test('leaves a subscription as it is that its owner has disabled', async () => {
    const disabled = await create({ status: 'disabled' });
    await notes.disable(disabled, 'gone', now);

    expect(await stored(disabled)).toEqual(disabled);
  });

  test('does not bring a deleted subscription back', async () => {
    const missing = subscription({ accountId: uniqueId('acc') });
    await notes.disable(missing, 'gone', now);

    expect(await stored(missing)).toBeUndefined();
  });
});

describe('a success', () => {
  test('proves the address once', async () => {
    const created = await create();
    await notes.noteSuccess(created, now);
    await notes.noteSuccess(created, new Date('2027-01-01T00:00:00.000Z'));

    expect(await stored(created)).toMatchObject({ provenAt: now.toISOString() });
  });

  test('makes an API’s change that was read before it fail, which then reads again', async () => {
    const created = await create();
    await notes.noteSuccess(created, now);

    expect(await store.replaceSubscription(created, { ...created, version: 2 })).toBe(false);
  });
});

describe('a refused address', () => {
  test('disables at the third time in a row', async () => {
    const created = await create();
    await notes.noteAddressRefused(created, now);
    await notes.noteAddressRefused(created, now);
    expect(await stored(created)).toMatchObject({ status: 'enabled', addressRefusals: 2 });

    await notes.noteAddressRefused(created, now);
    expect(await stored(created)).toMatchObject({
      status: 'disabled',
      disabledReason: 'address-forbidden',
    });
  });

  test('counts anew after a success', async () => {
    const created = await create();
    for (let times = 0; times < 2; times += 1) await notes.noteAddressRefused(created, now);
    await notes.noteSuccess(created, now);
    await notes.noteAddressRefused(created, now);

    expect(await stored(created)).toMatchObject({ status: 'enabled', addressRefusals: 1 });
  });
});

describe('a slow receiver', () => {
  test('is slow since the first time, until it no longer is', async () => {
    const created = await create();
    await notes.noteSpeed(created, true, now);
    await notes.noteSpeed(created, true, new Date('2027-01-01T00:00:00.000Z'));
    expect(await stored(created)).toMatchObject({ slowSince: now.toISOString(), version: 2 });

    await notes.noteSpeed(created, false, now);
    await notes.noteSpeed(created, false, now);
    expect(await stored(created)).toEqual({ ...created, version: 3 });
  });
});

test('what a call to the old URL has shown says nothing about the new one', async () => {
  const called = await create();
  const moved = { ...called, url: 'https://new.example.com/', version: 2 };
  await store.replaceSubscription(called, moved);

  await notes.noteSuccess(called, now);
  for (let times = 0; times < 3; times += 1) await notes.noteAddressRefused(called, now);
  await notes.noteSpeed(called, true, now);
  await notes.disable(called, 'gone', now);

  expect(await stored(called)).toEqual(moved);
});
