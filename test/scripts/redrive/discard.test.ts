import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createDeliveryHistory } from '../../../adapters/dynamo-delivery-history.ts';
import { createDeliveryLog } from '../../../adapters/dynamo-delivery-log.ts';
import { createEventHistory } from '../../../adapters/dynamo-event-history.ts';
import { createEventLog } from '../../../adapters/dynamo-event-log.ts';
import { createHeldMessages } from '../../../adapters/sqs-held-messages.ts';
import { internalFailure, startWireProxy, type WireCall, type WireProxy } from '../../../bench/wire-proxy.ts';
import { discard } from '../../../scripts/redrive/discard.ts';
import { readDiscardFile } from '../../../scripts/redrive/discard-file.ts';
import type { Operation } from '../../../scripts/redrive/operation.ts';
import {
  connectSqsAt,
  type QueueEngine,
  startQueues,
  startTable,
  type TableEngine,
  type WorkQueue,
} from '../../support/engines.ts';

let engine: TableEngine;
let queues: QueueEngine;
let proxy: WireProxy;
let sqs: ReturnType<typeof connectSqsAt>;
let unrouted: WorkQueue;
let folder: string;
beforeAll(async () => {
  [engine, queues] = await Promise.all([startTable(), startQueues()]);
  proxy = await startWireProxy(queues.endpoint);
  sqs = connectSqsAt(proxy.url);
  unrouted = queues.createQueue('unrouted');
  folder = await mkdtemp(join(tmpdir(), 'discard-'));
});
afterEach(() => {
  queues.clear();
  proxy.reset();
});
afterAll(async () => {
  sqs.destroy();
  await Promise.all([engine.close(), proxy.close()]);
  await queues.close();
  await rm(folder, { recursive: true });
});

/** The wait for an empty queue is SQS' own and teaches nothing. */
function passOn(call: WireCall) {
  if (call.operation !== 'ReceiveMessage') return call.forward();
  return call.forward({ ...call.input, WaitTimeSeconds: 0 });
}

async function hold(...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies)
    await queues.sqs.send(
      new SendMessageCommand({
        QueueUrl: unrouted.url,
        MessageBody,
        MessageAttributes: { reason: { DataType: 'String', StringValue: 'unknown-type' } },
      }),
    );
}

/** All of `unrouted`, without asking, or with these answers. Resolves with what was printed. */
async function discardAll(file: string, answer?: (question: string) => string): Promise<string> {
  const lines: string[] = [];
  const table = engine.table;
  const operation: Operation = {
    messages: createHeldMessages(sqs, ''),
    deliveries: createDeliveryLog(table),
    events: createEventLog(table),
    deliveryHistory: createDeliveryHistory(table),
    eventHistory: createEventHistory(table),
    queuePrefix: '',
    queueNames: ['unrouted'],
    now: () => new Date(),
    signal: new AbortController().signal,
    isJson: false,
    ask: answer && (async (question) => answer(question)),
    print: (line) => void lines.push(line),
    note: (line) => void lines.push(line),
  };
  const options = { dryRun: false, file, isConfirmed: answer === undefined };
  await discard(operation, { ids: [], reason: 'unknown-type' }, options);
  return lines.join('\n');
}

const heldBodies = () => queues.messagesIn('unrouted').map(({ body }) => body);

describe('a discard', () => {
  test('has every message on the disk before it deletes one', async () => {
    const file = join(folder, 'before.jsonl');
    const bodies = Array.from({ length: 12 }, (_, number) => `{"number":${number}}`);
    await hold(...bodies);
    const writtenBefore: number[] = [];
    proxy.intercept(async (call) => {
      if (call.operation === 'DeleteMessage') writtenBefore.push((await readDiscardFile(file, '')).length);
      return passOn(call);
    });

    await discardAll(file);

    expect(writtenBefore).toHaveLength(12);
    for (const [deleted, written] of writtenBefore.entries()) expect(written).toBeGreaterThan(deleted);
    expect((await readDiscardFile(file, '')).map(({ body }) => body).toSorted()).toEqual(bodies.toSorted());
    expect(heldBodies()).toEqual([]);
  });

  test.each([
    ['before', false],
    ['after', true],
  ])('that breaks off %s it deletes a message has lost none', async (_, after) => {
    const file = join(folder, `broken-${after}.jsonl`);
    const bodies = ['{"number":1}', '{"number":2}', '{"number":3}'];
    await hold(...bodies);
    let deletions = 0;
    proxy.intercept(async (call) => {
      if (call.operation !== 'DeleteMessage' || (deletions += 1) < 2) return passOn(call);
      if (after) await call.forward();
      return internalFailure;
    });

    await expect(discardAll(file)).rejects.toMatchObject({ name: 'InternalFailure' });

    const written = (await readDiscardFile(file, '')).map(({ body }) => body);
    expect([...new Set([...written, ...heldBodies()])].toSorted()).toEqual(bodies);
    expect(heldBodies()).toHaveLength(after ? 1 : 2);
  });

  test('takes what it has shown and nothing that has come in since', async () => {
    await hold('{"number":1}');
    let receives = 0;
    proxy.intercept(async (call) => {
      if (call.operation === 'ReceiveMessage' && (receives += 1) === 3) await hold('{"number":2}');
      return passOn(call);
    });

    expect(await discardAll(join(folder, 'since.jsonl'))).toContain('1 message discarded into');

    expect(heldBodies()).toEqual(['{"number":2}']);
  });

  test('says what another run has taken meanwhile', async () => {
    await hold('{"number":1}', '{"number":2}');
    let receives = 0;
    proxy.intercept(async (call) => {
      if (call.operation === 'ReceiveMessage' && (receives += 1) === 3)
        await call.forward({ ...call.input, MaxNumberOfMessages: 1 });
      return passOn(call);
    });

    const printed = await discardAll(join(folder, 'another.jsonl'));

    expect(printed).toContain('1 message discarded into');
    expect(printed).toContain('1 message stayed');
  });
});

describe('a confirmation', () => {
  test.each(['yes', '2', 'discard', 'discard 3', ''])('is not given by "%s"', async (typed) => {
    await hold('{"number":1}', '{"number":2}');
    proxy.intercept(passOn);

    await expect(discardAll(join(folder, 'refused.jsonl'), () => typed)).rejects.toThrow(
      'nothing was discarded',
    );

    expect(heldBodies()).toHaveLength(2);
    expect(await readdir(folder)).not.toContain('refused.jsonl');
  });

  test('is given by what was asked for', async () => {
    await hold('{"number":1}', '{"number":2}');
    proxy.intercept(passOn);
    const asked: string[] = [];

    await discardAll(join(folder, 'confirmed.jsonl'), (question) => {
      asked.push(question);
      return 'discard 2\n';
    });

    expect(asked).toEqual(['Type "discard 2" to take these out of their queues: ']);
    expect(heldBodies()).toEqual([]);
  });
});

describe('the file of a discard', () => {
  const line = (messageId: string) =>
    `${JSON.stringify({ queue: 'unrouted', messageId, reason: 'x', sentAt: '2026-11-23T16:55:00.000Z', attributes: {}, body: '{' })}\n`;

  test('is read without a last line that was cut off: its message was not deleted', async () => {
    const file = join(folder, 'cut.jsonl');
    await writeFile(file, line('1') + line('2'));
    await appendFile(file, line('3').slice(0, 40));

    expect((await readDiscardFile(file, '')).map(({ messageId }) => messageId)).toEqual(['1', '2']);
  });

  test('is read with its last line, though an editor has left out the line feed', async () => {
    const file = join(folder, 'edited.jsonl');
    await writeFile(file, line('1') + line('2').trimEnd());

    expect((await readDiscardFile(file, '')).map(({ messageId }) => messageId)).toEqual(['1', '2']);
  });

  test('is refused if it is of another stage', async () => {
    const file = join(folder, 'other-stage.jsonl');
    await writeFile(file, line('1').replace('"queue":"', '"queue":"iomnihub-webhooks-prod-'));

    expect(await readDiscardFile(file, 'iomnihub-webhooks-prod-')).toMatchObject([
      { queue: expect.not.stringContaining('prod') },
    ]);
    await expect(readDiscardFile(file, 'iomnihub-webhooks-dev-')).rejects.toThrow(
      /line 1 is of iomnihub-webhooks-prod-\w+, and the queues of these --outputs begin with iomnihub-webhooks-dev-$/,
    );
  });

  test('gives a message that stands there twice once', async () => {
    const file = join(folder, 'twice.jsonl');
    await writeFile(file, line('1') + line('2') + line('1'));

    expect(await readDiscardFile(file, '')).toHaveLength(2);
    expect(await readFile(file, 'utf8')).toHaveLength(3 * line('1').length);
  });

  test.each(['{', '{}', '"x"', line('').trim()])(
    'is refused for a line that is none of ours: %s',
    async (bad) => {
      const file = join(folder, 'bad.jsonl');
      await writeFile(file, `${line('1')}${bad}\n${line('2')}`);

      await expect(readDiscardFile(file, '')).rejects.toThrow('line 2 is not a discarded message');
    },
  );
});
