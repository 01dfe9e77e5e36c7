import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { countWriteUnits, type WriteUnits } from '../../bench/cost/write-units.ts';
import { type DeliveryMessage, messageFor } from '../../core/deliveries/delivery.ts';
import { standardRetryScheduleSeconds } from '../../core/deliveries/retry-policy.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { deriveSettings } from '../../core/settings/derived-settings.ts';
import { defaultSettings } from '../../core/settings/stage-settings.ts';
import { envelope, sqsRecord, uniqueId } from '../support/builders.ts';
import { type Deployment, deliverySettings, startDeployment } from '../support/deployment.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

/** The tables of costs in ADR 2, counted on the wire. */

// Each write is read before and after.
jest.setTimeout(300_000);

let deployment: Deployment;
let receiver: Receiver;
let writes: WriteUnits;
beforeAll(async () => {
  [deployment, receiver] = await Promise.all([startDeployment(), startReceiver()]);
  writes = countWriteUnits(deployment.wire.table, deployment.table);
});
beforeEach(() => deployment.queues.clear());
afterAll(async () => {
  await receiver.close();
  await deployment.close();
});

const [{ type, example }] = eventCatalog;
const { claimLeaseMs, queueMarginSeconds, sweepLeaseMs } = deriveSettings(defaultSettings);

/** What the tables leave out: what does not grow with deliveries, or is counted in another document. */
const leftOut = ['place', 'tokens', 'subscription'];
type Units = Readonly<Record<string, number>>;
const counted = (units: Units) =>
  Object.fromEntries(Object.entries(units).filter(([kind]) => !leftOut.includes(kind)));
const sum = (all: readonly Units[]) =>
  all
    .flatMap(Object.entries)
    .reduce<Record<string, number>>(
      (total, [kind, count]) => ({ ...total, [kind]: (total[kind] ?? 0) + count }),
      {},
    );

/** A line of a table in the document: its name, and its columns as units by kind. */
function lineOf(name: string): Units {
  const text = readFileSync(new URL('../../docs/adr/0002-keys-and-states.md', import.meta.url), 'utf8');
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| ${name} |`));
  const cells = (line = '') =>
    line
      .split('|')
      .slice(2, -1)
      .map((cell) => cell.trim());
  const heads = cells(lines.slice(0, at).findLast((_, index) => lines[index + 1]?.startsWith('| ---')));
  const columns = cells(lines[at]).map((cell, index) => [
    heads[index]?.toLowerCase().replaceAll('`', ''),
    Number(cell),
  ]);
  return Object.fromEntries(columns.filter(([, count]) => count !== 0)) as Units;
}

const withTotal = (units: Units): Units => ({
  ...units,
  total: Object.values(units).reduce((total, count) => total + count, 0),
});

/** As the API makes them: the event's row holds all of an account's. */
const newSubscriptionId = () => `sub_${randomBytes(12).toString('hex')}`;

async function publish(accountId: string): Promise<DeliveryMessage[]> {
  const detail = { id: uniqueId('evt'), accountId, data: example };
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ detail })));
  return deployment.messagesIn('deliveries');
}

/** Without limits: ADR 4 says what these write. */
const deliver = (arn: string, messages: readonly DeliveryMessage[]) =>
  deployment.delivererWith({
    reserveTurns: async () => ({ kind: 'now' }),
    settings: {
      ...deliverySettings,
      claimLeaseMs,
      queueMarginSeconds,
      retryScheduleSeconds: standardRetryScheduleSeconds,
    },
  })(...messages.map((message) => sqsRecord(arn, JSON.stringify(message))));

describe('an event that is delivered at the first attempt costs what ADR 2 says', () => {
  test.each([1, 5, 50])('with a fan-out of %i', async (fanOut) => {
    const accountId = uniqueId('acc');
    receiver.respond((response) => response.writeHead(200).end('thank you '.repeat(1_000)));
    for (let index = 0; index < fanOut; index += 1)
      await deployment.subscribe({
        accountId,
        id: newSubscriptionId(),
        url: receiver.url,
        eventTypes: [type],
      });
    writes.take();

    const messages = await publish(accountId);
    expect(messages).toHaveLength(fanOut);
    for (let at = 0; at < fanOut; at += 10)
      await deliver(deployment.deliveryQueue.arn, messages.slice(at, at + 10));

    expect(withTotal(counted(writes.take()))).toEqual(lineOf(`fan-out ${fanOut}`));
  });
});

test.each([
  ['a page of ASCII', '<p>Internal Server Error</p>'.repeat(200)],
  ['a page of characters of four bytes', '🛠'.repeat(1_024)],
])('a delivery that fails at every attempt, with %s, costs what ADR 2 says', async (_, page) => {
  const { subscription } = await deployment.subscribe({ url: receiver.url, eventTypes: [type] });
  receiver.respond((response) => response.writeHead(500).end(page));
  let [message] = (await publish(subscription.accountId)) as [DeliveryMessage];
  writes.take();

  const attempts: Units[] = [];
  for (;;) {
    await deliver(attempts.length === 0 ? deployment.deliveryQueue.arn : deployment.retryQueue.arn, [
      message,
    ]);
    const row = await deployment.deliveries.findDelivery(message);
    if (row?.state !== 'waiting') break;
    attempts.push(counted(writes.take()));
    // Messages come a moment late.
    const waitMs = Date.parse(row.nextAttemptAt) - deployment.clock.now().getTime();
    deployment.clock.advance(waitMs + 1_200);
    message =
      Date.parse(row.dueAt) <= deployment.clock.now().getTime() ? await sweep(message) : messageFor(row);
  }
  attempts.push(counted(writes.take()));

  expect(attempts).toHaveLength(10);
  expect(withTotal(attempts[0] ?? {})).toEqual(lineOf('the first'));
  expect(withTotal(attempts[1] ?? {})).toEqual(lineOf('a later one, by the retry queue'));
  expect(withTotal(attempts[5] ?? {})).toEqual(lineOf('a later one, by the sweeper'));
  expect(withTotal(attempts[9] ?? {})).toEqual(lineOf('the last'));
  expect(withTotal(sum(attempts))).toEqual(lineOf('all ten, exhausted'));
});

async function sweep({ accountId }: DeliveryMessage): Promise<DeliveryMessage> {
  deployment.queues.clear();
  await deployment.sweeperWith({ leaseMs: sweepLeaseMs })(() => 50_000);
  deployment.clock.advance(10_000);
  const found = deployment.messagesIn('retries').find((message) => message.accountId === accountId);
  if (!found) throw new Error('the sweeper has sent nothing');
  return found;
}
