import { beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { drillView } from '../../../contract/drill-views.ts';
import { deliveryIdOf } from '../../../core/deliveries/delivery.ts';
import { hoursTouched } from '../../../core/deliveries/statistics.ts';
import { probes } from '../../../core/receivers/drill.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { TestApi } from '../../support/api.ts';
import { sqsRecord, uniqueId } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import type { Receiver } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';

/** A receiver drill from the request to what is read of it. */

let deployment: Deployment;
let api: TestApi;
let accountId: string;
let receiver: Receiver;
let subscription: Subscription;
let secret: string;
prepareDeployment((suite) => {
  ({ deployment, api, accountId, receiver } = suite);
});
beforeEach(async () => {
  ({ subscription, secret } = await deployment.subscribe({ accountId, url: receiver.url }));
});

const start = (id = subscription.id) => api.call('POST /subscriptions/{id}/drill', { accountId, id });
const read = async (id: string, as = accountId) =>
  api.call('GET /drills/{id}', { accountId: as, role: 'read', id });

/** Makes the calls that are planned, one after the other, as the retry queue brings them. */
async function makeCalls(): Promise<void> {
  for (const message of deployment.messagesIn('retries')) {
    const record = sqsRecord(deployment.retryQueue.arn, JSON.stringify(message), { receiveCount: 1 });
    expect(await deployment.deliver(record)).toEqual({ batchItemFailures: [] });
  }
}

/** Answers as a receiver that does all as it should, by the package that verifies Standard Webhooks. */
function answerRightly(): void {
  receiver.respond((response, { headers, body }) => {
    try {
      new Webhook(secret).verify(body, headers);
      response.writeHead(204).end();
    } catch {
      response.writeHead(401).end();
    }
  });
}

interface SeenProbe {
  readonly code: string;
  readonly state: string;
  readonly expects: string;
  readonly isRight?: boolean;
  readonly sentences: readonly { code: string }[];
}

async function drill(): Promise<SeenProbe[]> {
  const { body } = await start();
  await makeCalls();
  const { body: read_ } = await read(body.id);
  expect(drillView.parse(read_)).toEqual(read_);
  return read_.probes;
}

describe('a drill', () => {
  test('finds a right receiver right in everything', async () => {
    answerRightly();

    const seen = await drill();

    expect(seen.filter(({ isRight }) => !isRight)).toEqual([]);
    expect(seen.map(({ code }) => code)).toEqual(probes.map(({ code }) => code));
    expect(receiver.callbacks).toHaveLength(probes.length);
  });

  test('finds out a receiver that takes everything', async () => {
    receiver.respond((response) => void response.writeHead(200).end());

    const wrong = (await drill()).filter(({ isRight }) => !isRight);

    expect(wrong.map(({ code }) => code)).toEqual(
      probes.filter(({ expects }) => expects === 'refuse').map(({ code }) => code),
    );
    for (const { code, sentences } of wrong)
      expect(sentences.map((one) => one.code)).toEqual([
        `drill.${code}`,
        'drill.accepted-wrongly',
        `drill.advice.${code}`,
      ]);
  });

  test('finds out a receiver that fails at everything: a 500 refuses nothing', async () => {
    receiver.respond((response) => void response.writeHead(500).end());

    const seen = await drill();

    expect(seen.filter(({ isRight }) => isRight)).toEqual([]);
    expect(new Set(seen.map(({ sentences }) => sentences[1]?.code))).toEqual(new Set(['drill.failed']));
  });

  test('says of every call that it is a test, and repeats one with its id', async () => {
    answerRightly();
    await drill();

    const headers = receiver.callbacks.map((callback) => callback.headers);
    expect(new Set(headers.map((one) => one['iomnihub-test']))).toEqual(new Set(['true']));
    expect(headers[0]?.['webhook-id']).toBe(headers[1]?.['webhook-id']);
    const ids = headers.flatMap((one) => one['webhook-id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length - 1);
  });

  test.each([
    ['a 410', 410, {}],
    ['a failure', 500, {}],
    ['a header', 204, { 'webhook-delivery': 'disable' }],
  ])(
    'teaches nothing: %s counts neither against the subscription nor in its statistics',
    async (_, status, headers) => {
      receiver.respond((response) => void response.writeHead(status, headers).end());
      const before = await deployment.subscriptions.findSubscription(accountId, subscription.id);
      await drill();

      expect(await deployment.subscriptions.findSubscription(accountId, subscription.id)).toEqual(before);
      const now = deployment.clock.now();
      const range = hoursTouched(new Date(now.getTime() - 3_600_000), new Date(now.getTime() + 3_600_000));
      const of = { accountId, subscriptionId: subscription.id };
      expect(await deployment.statistics.listStatistics(of, range)).toEqual([]);
      expect(deployment.messagesIn('retries').filter(({ version }) => version > 1)).toEqual([]);
      expect(deployment.messagesIn('exhausted')).toEqual([]);
    },
  );

  test('runs until its last call is made', async () => {
    const { status, body } = await start();

    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^drl_/),
      subscriptionId: subscription.id,
      startedAt: deployment.clock.now().toISOString(),
    });
    expect((await read(body.id)).body).toMatchObject({
      state: 'running',
      probes: probes.map(() => ({ state: 'waiting' })),
    });
    answerRightly();
    await makeCalls();
    expect((await read(body.id)).body).toMatchObject({ state: 'finished' });
  });

  test('ends without calls that come too late', async () => {
    const { body } = await start();
    deployment.clock.advance(600_001);
    await makeCalls();

    expect(receiver.callbacks).toEqual([]);
    expect((await read(body.id)).body).toMatchObject({
      state: 'finished',
      probes: probes.map(() => ({ state: 'not-made' })),
    });
  });

  test('ends with a subscription that was disabled', async () => {
    const { body } = await start();
    await api.call('PATCH /subscriptions/{id}', {
      accountId,
      id: subscription.id,
      body: { status: 'disabled' },
    });
    await makeCalls();

    expect(receiver.callbacks).toEqual([]);
    const [first] = (await read(body.id)).body.probes;
    expect(first.sentences.map(({ code }: { code: string }) => code)).toEqual([
      'drill.valid',
      'drill.not-made',
      'cancellation.subscription-disabled',
    ]);
  });

  test('is not started again at once, nor for a subscription that takes no callbacks', async () => {
    await start();
    expect(await start()).toMatchObject({ status: 429, headers: { 'retry-after': '10' } });

    const { subscription: off } = await deployment.subscribe({ accountId, status: 'disabled' });
    expect(await start(off.id)).toMatchObject({ status: 409 });
    deployment.clock.advance(10_000);
    expect(await start()).toMatchObject({ status: 202 });
  });

  test('is its account’s alone', async () => {
    const { body } = await start();

    expect(await read(body.id, uniqueId('acc'))).toMatchObject({ status: 404 });
    expect(
      await read(
        deliveryIdOf({
          ...subscription,
          subscriptionId: subscription.id,
          eventId: 'e',
          eventType: '',
          acceptedAt: body.startedAt,
        }),
      ),
    ).toMatchObject({ status: 404 });
    expect(await read('drl_x')).toMatchObject({ status: 404 });
  });
});
