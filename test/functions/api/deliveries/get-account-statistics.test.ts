import { expect, test } from '@jest/globals';
import { accountStatisticsView } from '../../../../contract/statistics-views.ts';
import { addTallies, hourOf, tallyAttempt } from '../../../../core/deliveries/statistics.ts';
import { createTestApi, type TestApi } from '../../../support/api.ts';
import { statisticsPart, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

const now = new Date('2026-11-26T12:34:56.000Z');

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, accountId } = suite);
  api = createTestApi(deployment, { now: () => now });
});

async function subscribe(): Promise<string> {
  return (await deployment.subscribe({ accountId })).subscription.id;
}

const success = tallyAttempt({ kind: 'success', status: 204, durationMs: 40 }, { kind: 'delivered' });
const failure = tallyAttempt(
  { kind: 'failure', reason: 'status', status: 500, durationMs: 80 },
  { kind: 'exhausted', reason: 'status' },
);

async function count(subscriptionId: string, at: string, tally = success, of = accountId): Promise<void> {
  const part = statisticsPart({ accountId: of, subscriptionId, hour: hourOf(new Date(at)), tally });
  await deployment.deliveries.recordDelivered([part]);
}

const get = (query: Record<string, string> = {}) =>
  api.call('GET /statistics', { accountId, role: 'read', query });

/** Buckets that are zero but for these. */
const buckets = (size: number, counts: Record<number, number> = {}) =>
  Array.from({ length: size }, (_, index) => counts[index] ?? 0);

test('of an account without subscriptions are empty', async () => {
  expect((await get()).body).toEqual({
    since: '2026-11-25T13:00:00.000Z',
    until: '2026-11-26T13:00:00.000Z',
    bucketHours: 1,
    subscriptions: [],
  });
});

test('are of each subscription, by the hour up to the current one, and of no other account', async () => {
  const [busy, idle] = [await subscribe(), await subscribe()];
  await count(busy, '2026-11-25T12:59:59.999Z');
  await count(busy, '2026-11-25T13:00:00.000Z');
  await count(busy, '2026-11-26T12:00:00.000Z', addTallies(success, failure));
  await count(busy, now.toISOString(), success, uniqueId('acc'));

  const { body } = await get({ range: '24h' });

  expect(accountStatisticsView.parse(body)).toEqual(body);
  const byId = Object.fromEntries(
    body.subscriptions.map((one: { subscriptionId: string }) => [one.subscriptionId, one]),
  );
  expect(byId[busy]).toEqual({
    subscriptionId: busy,
    total: {
      delivered: 2,
      failedAttempts: 1,
      failed: 1,
      latencyMs: { average: 53, p50: 50, p95: 100, p99: 100 },
    },
    delivered: buckets(24, { 0: 1, 23: 1 }),
    failedAttempts: buckets(24, { 23: 1 }),
    failed: buckets(24, { 23: 1 }),
  });
  expect(byId[idle]).toMatchObject({
    total: { delivered: 0, latencyMs: { average: null } },
    delivered: buckets(24),
  });
});

test('of 14 days are by 24 hours, the last of which end with the current hour', async () => {
  const id = await subscribe();
  for (const at of [
    '2026-11-12T13:00:00Z',
    '2026-11-25T12:59:59Z',
    '2026-11-25T13:00:00Z',
    '2026-11-26T12:30:00Z',
  ])
    await count(id, at);
  await count(id, '2026-11-12T12:59:59Z');

  const { body } = await get({ range: '14d' });

  expect(body).toMatchObject({
    since: '2026-11-12T13:00:00.000Z',
    until: '2026-11-26T13:00:00.000Z',
    bucketHours: 24,
    subscriptions: [{ total: { delivered: 4 }, delivered: buckets(14, { 0: 1, 12: 1, 13: 2 }) }],
  });
});

test('have two ranges', async () => {
  expect(await get({ range: '7d' })).toMatchObject({ status: 400, body: { issues: [{ field: 'range' }] } });
});
