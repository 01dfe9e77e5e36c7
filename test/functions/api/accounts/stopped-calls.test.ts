import { describe, expect, test } from '@jest/globals';
import type { DeliveryMessage } from '../../../../core/deliveries/delivery.ts';
import type { TestApi } from '../../../support/api.ts';
import { envelopeOf, publishedEvent, sqsRecord, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import type { Receiver } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** Calls that an operator stops, of an account or of the stage: nothing is lost, and all of it comes in order. */

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
let subscriptionId: string;
prepareDeployment(async (suite) => {
  ({ deployment, api, receiver, accountId } = suite);
  ({
    subscription: { id: subscriptionId },
  } = await deployment.subscribe({ accountId, url: receiver.url }));
});

async function publish(): Promise<DeliveryMessage> {
  const event = publishedEvent({
    time: deployment.clock.now().toISOString(),
    detail: { id: uniqueId('evt'), accountId },
  });
  deployment.clock.advance(1_000);
  const sentAt = new Date(event.acceptedAt);
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelopeOf(event), { sentAt }));
  const message = deployment.messagesIn('deliveries').find(({ eventId }) => eventId === event.id);
  if (!message) throw new Error('nothing was dispatched');
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  return message;
}

async function sweep(): Promise<void> {
  await deployment.sweep();
  for (const message of deployment.messagesIn('retries'))
    await deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));
  deployment.clock.advance(61_000);
}

const setStatus = (status: string) =>
  api.callSigned('PUT /accounts/{accountId}/status', { accountId }, { status });
const calledFor = () => receiver.callbacks.map(({ headers }) => headers['webhook-id']);

describe.each([
  {
    whose: 'an account',
    reason: 'account-paused',
    stop: () => setStatus('paused'),
    start: () => setStatus('active'),
  },
  {
    whose: 'the stage',
    reason: 'stage-paused',
    stop: () => deployment.stageStatus.setStagePaused(true, deployment.clock.now()),
    start: () => deployment.stageStatus.setStagePaused(false, deployment.clock.now()),
  },
])('while the calls of $whose are stopped', ({ reason, stop, start }) => {
  test('the API works and says why nothing comes; afterwards all comes, the oldest first', async () => {
    await stop();
    const messages = [await publish(), await publish(), await publish()];
    await sweep();

    expect(calledFor()).toEqual([]);
    const { status, body } = await api.call('GET /subscriptions/{id}/deliveries', {
      accountId,
      id: subscriptionId,
      query: { status: 'parked' },
    });
    expect(status).toBe(200);
    expect(body.items).toHaveLength(3);
    expect(body.items[0]).toMatchObject({
      reason,
      attemptCount: 0,
      sentences: [{ code: 'delivery.parked' }, { code: `parked.${reason}` }],
    });

    await start();
    await sweep();
    expect(calledFor()).toEqual(messages.map(({ eventId }) => eventId));
  });
});

test('a paused account is shown as it was set', async () => {
  expect(await setStatus('paused')).toMatchObject({ status: 200, body: { accountId, status: 'paused' } });
});

test('the sweeper reminds operators of a stage whose calls are stopped, and only then', async () => {
  const reminders = () => deployment.telemetry.lines.filter(({ name }) => name === 'stage.paused');
  await deployment.sweep();
  expect(reminders()).toEqual([]);

  await deployment.stageStatus.setStagePaused(true, deployment.clock.now());
  await deployment.sweep();
  expect(reminders()).toEqual([expect.objectContaining({ level: 'warn' })]);
  await deployment.stageStatus.setStagePaused(false, deployment.clock.now());
});
