import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { statisticsView } from '../../../../contract/statistics-views.ts';
import { addTallies, emptyTally, hourOf, tallyAttempt } from '../../../../core/deliveries/statistics.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import { createTestApi, type TestApi } from '../../../support/api.ts';
import { sqsRecord, statisticsPart, uniqueId } from '../../../support/builders.ts';
import { type Deployment, startDeployment } from '../../../support/deployment.ts';
import { startReceiver } from '../../../support/receiver.ts';

const routeKey = 'GET /subscriptions/{id}/stats';
const now = new Date('2026-11-26T12:34:56.000Z');

let deployment: Deployment;
let api: TestApi;
let accountId: string;
let subscription: Subscription;
beforeAll(async () => {
  deployment = await startDeployment();
  api = createTestApi(deployment, { now: () => now });
});
beforeEach(async () => {
  accountId = uniqueId('acc');
  ({ subscription } = await deployment.subscribe({ accountId }));
});
afterEach(() => deployment.reset());
afterAll(() => deployment.close());

/** Calls of these latencies, all answered with this status. */
async function called(at: string, durationsMs: readonly number[], status = 204): Promise<void> {
  const tally = durationsMs
    .map((durationMs) =>
      status < 300
        ? tallyAttempt({ kind: 'success', status, durationMs }, { kind: 'delivered' })
        : tallyAttempt(
            { kind: 'failure', reason: 'status', status, durationMs },
            { kind: 'exhausted', reason: 'status' },
          ),
    )
    .reduce(addTallies, emptyTally);
  const part = statisticsPart({
    accountId,
    subscriptionId: subscription.id,
    hour: hourOf(new Date(at)),
    tally,
  });
  await deployment.deliveries.recordDelivered([part]);
}

function get(query: Record<string, string> = {}, caller = accountId, id = subscription.id) {
  return api.call(routeKey, { accountId: caller, role: 'read', id, query });
}

const noLatency = { average: null, p50: null, p95: null, p99: null };

describe('a subscription’s statistics', () => {
  test('are numbers of each hour, gaps included, and their total', async () => {
    await called('2026-11-26T08:59:59.999Z', [10]);
    await called('2026-11-26T09:00:00.000Z', [40, 80]);
    await called('2026-11-26T11:15:00.000Z', [12_000], 500);
    await called('2026-11-26T12:01:00.000Z', [10]);

    const { status, body } = await get({ since: '2026-11-26T09:00:00Z', until: '2026-11-26T12:00:00Z' });

    expect(status).toBe(200);
    expect(body).toEqual({
      since: '2026-11-26T09:00:00.000Z',
      until: '2026-11-26T12:00:00.000Z',
      total: {
        delivered: 2,
        failedAttempts: 1,
        failed: 1,
        latencyMs: { average: 4_040, p50: 100, p95: 20_000, p99: 20_000 },
      },
      hours: [
        {
          hour: '2026-11-26T09:00:00.000Z',
          delivered: 2,
          failedAttempts: 0,
          failed: 0,
          latencyMs: { average: 60, p50: 50, p95: 100, p99: 100 },
        },
        {
          hour: '2026-11-26T10:00:00.000Z',
          delivered: 0,
          failedAttempts: 0,
          failed: 0,
          latencyMs: noLatency,
        },
        {
          hour: '2026-11-26T11:00:00.000Z',
          delivered: 0,
          failedAttempts: 1,
          failed: 1,
          latencyMs: { average: 12_000, p50: 20_000, p95: 20_000, p99: 20_000 },
        },
      ],
    });
  });

  test('are what their schema says', async () => {
    await called('2026-11-26T11:15:00.000Z', [40]);

    const { body } = await get();
    expect(statisticsView.parse(body)).toEqual(body);
  });

  test('are those of the last 24 hours if no time is named, by whole hours', async () => {
    await called('2026-11-25T12:00:00.000Z', [10]);
    await called('2026-11-25T11:59:59.999Z', [10]);
    await called('2026-11-26T12:34:00.000Z', [10]);

    const { body } = await get();

    expect([body.since, body.until]).toEqual(['2026-11-25T12:00:00.000Z', '2026-11-26T13:00:00.000Z']);
    expect(body.hours).toHaveLength(25);
    expect(body.total.delivered).toBe(2);
  });

  test('up to a time are those of 24 hours before it', async () => {
    const { body } = await get({ until: '2026-11-20T00:00:00Z' });

    expect([body.since, body.until]).toEqual(['2026-11-19T00:00:00.000Z', '2026-11-20T00:00:00.000Z']);
    expect(body.hours).toHaveLength(24);
  });

  test('take times with any offset', async () => {
    const { body } = await get({ since: '2026-11-26T10:15:00+01:00', until: '2026-11-26T11:00:00+01:00' });

    expect([body.since, body.until]).toEqual(['2026-11-26T09:00:00.000Z', '2026-11-26T10:00:00.000Z']);
  });

  test('reach back 14 days, even if the request took a moment', async () => {
    await called('2026-11-12T12:00:00.000Z', [10]);

    for (const since of ['2026-11-12T12:34:56.000Z', '2026-11-12T12:34:55.900Z']) {
      const { status, body } = await get({ since });
      expect([status, body.hours?.length, body.total?.delivered]).toEqual([200, 337, 1]);
    }
  });

  const tooOld = 'must be within the last 14 days; left out, it is 24 hours before until';
  test.each([
    ['since', 'yesterday', {}, 'must be a time such as 2026-11-23T16:55:00Z'],
    ['until', '2026-11-26', {}, 'must be a time such as 2026-11-23T16:55:00Z'],
    ['since', '2026-11-12T11:59:59Z', {}, tooOld],
    ['since', '2026-11-26T13:00:00Z', { until: '2026-11-26T14:00:00Z' }, tooOld],
    ['since', '9999-12-31T23:00:00Z', {}, tooOld],
    ['until', '9999-12-31T23:00:00-12:00', {}, 'must be a time of the years 0000 to 9999'],
    ['since', '0000-01-01T00:00:00+12:00', {}, 'must be a time of the years 0000 to 9999'],
    [
      'since',
      '2026-11-26T10:00:00Z',
      { until: '2026-11-26T10:00:00Z' },
      'must be before until; left out, until is now',
    ],
    ['since', '2026-11-26T12:40:00Z', {}, 'must be before until; left out, until is now'],
    [
      'until',
      '2026-12-04T00:00:00Z',
      { since: '2026-11-19T23:00:00Z' },
      'must be at most 14 days after since',
    ],
    ['hours', '24', {}, 'is not a field of this request; leave it out'],
  ])('are not given for %s=%s', async (field, value, others, message) => {
    expect(await get({ ...others, [field]: value })).toMatchObject({
      status: 400,
      body: { type: 'urn:iomnihub:webhooks:problem:invalid-request', issues: [{ field, message }] },
    });
  });

  test('of another account, or of none, are not there', async () => {
    await called('2026-11-26T11:15:00.000Z', [40]);
    const answers = [await get({}, uniqueId('acc')), await get({}, accountId, 'sub_none')];

    for (const { status, body } of answers)
      expect([status, body.type]).toEqual([404, 'urn:iomnihub:webhooks:problem:not-found']);
  });

  test('of another of the account’s subscriptions are not among them', async () => {
    await called('2026-11-26T11:15:00.000Z', [40]);
    const { subscription: sibling } = await deployment.subscribe({ accountId });

    const { body } = await get({}, accountId, sibling.id);
    expect(body.total).toEqual({ delivered: 0, failedAttempts: 0, failed: 0, latencyMs: noLatency });
  });
});

test('what was delivered is counted when it is asked for', async () => {
  const receiver = await startReceiver();
  const { subscription: called } = await deployment.subscribe({ accountId, url: receiver.url });
  const message = JSON.stringify(deployment.messageFor(called));
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, message));
  await receiver.close();

  const { body } = await createTestApi(deployment).call(routeKey, { accountId, id: called.id });
  expect(body.total).toMatchObject({ delivered: 1, failedAttempts: 0, failed: 0 });
  expect(body.hours.at(-1)).toMatchObject({ delivered: 1, latencyMs: { p50: expect.any(Number) } });
});
