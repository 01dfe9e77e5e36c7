import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createHeldMessages, type HeldMessage } from '../../../adapters/sqs-held-messages.ts';
import { internalFailure, startWireProxy, type WireCall, type WireProxy } from '../../../bench/wire-proxy.ts';
import { startSqs } from '../../../local/sqs-engine.ts';
import { type Visit, visitQueue } from '../../../scripts/redrive/visit-queue.ts';
import { connectSqsAt } from '../../support/engines.ts';

const queueName = 'unrouted';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visit-queue-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each([
  ['in memory', () => undefined],
  ['in a data folder', () => join(folder, 'sqs')],
])('a queue %s', (_, dataFolder) => {
  let engine: Awaited<ReturnType<typeof startSqs>>;
  let proxy: WireProxy;
  let sqs: SQSClient;
  let url: string;

  async function start(): Promise<void> {
    engine = await startSqs(dataFolder());
    proxy = await startWireProxy(`http://127.0.0.1:${engine.port}`);
    sqs = connectSqsAt(proxy.url);
    intercept();
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: queueName }));
    url = QueueUrl;
  }
  async function stop(): Promise<void> {
    sqs.destroy();
    await proxy.close();
    await engine.stop();
  }
  beforeAll(start);
  afterEach(() => {
    engine.reset();
    intercept();
  });
  afterAll(stop);

  /** Every call as it is, but for the wait for an empty queue; or as `answer` says. */
  function intercept(answer: Parameters<WireProxy['intercept']>[0] = passOn): void {
    proxy.reset();
    proxy.intercept(answer);
  }

  async function put(count: number): Promise<string[]> {
    const bodies = Array.from({ length: count }, (_, number) => `{"number":${number}}`);
    for (let from = 0; from < count; from += 10) {
      const Entries = bodies.slice(from, from + 10).map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        MessageAttributes: { reason: { DataType: 'String', StringValue: 'not-json' } },
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    }
    return bodies;
  }

  async function visit(options: Partial<Visit> = {}, visitor = async (_: readonly HeldMessage[]) => {}) {
    const seen: string[] = [];
    const { signal } = new AbortController();
    const asked = { queueName, maxPerSecond: 10_000, signal, ...options };
    const unseen = await visitQueue(createHeldMessages(sqs, ''), asked, async (batch) => {
      seen.push(...batch.map(({ body }) => body));
      await visitor(batch);
    });
    return { seen, unseen };
  }

  /** What can be received now, without receiving it. */
  function visible(): string[] {
    return (engine.inspectQueue(queueName)?.messages.ready ?? []).map(({ body }) => body);
  }

  test('is left as it was by a look, however often, and after a restart', async () => {
    const bodies = await put(25);

    for (const _ of [1, 2, 3]) {
      const { seen, unseen } = await visit();
      expect(seen.toSorted()).toEqual(bodies.toSorted());
      expect(unseen).toEqual({ visible: 0, hidden: 0 });
      expect(visible().toSorted()).toEqual(bodies.toSorted());
    }
    if (!dataFolder()) return;
    await stop();
    await start();
    expect(visible().toSorted()).toEqual(bodies.toSorted());
    expect((await visit()).seen.toSorted()).toEqual(bodies.toSorted());
  });

  test('gets every message back that its receiver gives back, with its count of receives', async () => {
    await put(1);
    for (const receives of ['1', '2', '3']) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ['All'] }),
      );
      expect(Messages.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual([receives]);
      const [{ ReceiptHandle = '' } = {}] = Messages;
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }),
      );
      expect(visible()).toHaveLength(1);
    }
  });

  test('of many messages is read whole, each message once', async () => {
    const bodies = await put(600);

    const { seen, unseen } = await visit();

    expect(seen.toSorted()).toEqual(bodies.toSorted());
    expect(unseen).toEqual({ visible: 0, hidden: 0 });
    expect(visible()).toHaveLength(600);
  });

  test('hides messages no longer than reading them can take, so that a killed run hides them no longer', async () => {
    const hideSeconds = async (options: Partial<Visit>) => {
      intercept();
      await visit(options);
      const received = proxy.calls.filter(({ operation }) => operation === 'ReceiveMessage');
      return [...new Set(received.map(({ input }) => input.VisibilityTimeout as number))];
    };
    await put(100);

    expect(await hideSeconds({})).toEqual([32]);
    expect(await hideSeconds({ maxPerSecond: 1 })).toEqual([130]);
    expect(await hideSeconds({ maxPerSecond: 0.001 })).toEqual([43_200]);
  });

  test('says what it hides from a second visit, which sees the rest', async () => {
    await put(25);
    const others: Awaited<ReturnType<typeof visit>>[] = [];

    const first = await visit({}, async () => {
      if (others.length === 0) others.push(await visit());
    });

    expect(others.map(({ seen, unseen }) => [seen.length, unseen])).toEqual([
      [15, { visible: 0, hidden: 10 }],
    ]);
    expect(first.seen).toHaveLength(25);
    expect(visible()).toHaveLength(25);
  });

  test('shows a message once that comes back while the visit goes on, and the visit ends', async () => {
    await put(3);
    intercept(async (call) => {
      if (call.operation !== 'ReceiveMessage') return call.forward();
      return call.forward({ ...call.input, WaitTimeSeconds: 0, VisibilityTimeout: 0 });
    });

    const { seen } = await visit();

    expect(seen).toHaveLength(3);
    expect(visible().length + (engine.inspectQueue(queueName)?.messages.inflight.length ?? 0)).toBe(3);
  });

  test('that is stopped in the middle gives back what it has, and says that it has not seen all', async () => {
    await put(25);
    const stopping = new AbortController();

    const { seen, unseen } = await visit({ signal: stopping.signal }, async () => stopping.abort());

    expect(seen).toHaveLength(10);
    expect(unseen).toEqual({ visible: 15, hidden: 0 });
    expect(visible()).toHaveLength(25);
  });

  test('whose visitor fails gets everything back, and the failure is told', async () => {
    await put(12);

    await expect(
      visit({}, async () => {
        throw new Error('broken on purpose');
      }),
    ).rejects.toThrow('broken on purpose');

    expect(visible()).toHaveLength(12);
  });

  test.each([
    ['whole request', async () => internalFailure],
    [
      'one message',
      async (call: WireCall) => {
        const [first, ...rest] = call.input.Entries;
        const { body } = await call.forward({ ...call.input, Entries: rest });
        const Failed = [{ Id: first.Id, SenderFault: false, Code: 'InternalError' }];
        return { status: 200, body: { Successful: body.Successful, Failed } };
      },
    ],
  ])('that cannot take a message back is an error that names it: %s', async (what, refuse) => {
    await put(3);
    const ids: string[] = [];
    const before = Date.now();
    intercept((call) => (call.operation === 'ChangeMessageVisibilityBatch' ? refuse(call) : passOn(call)));

    const error = await visit({}, async (batch) => {
      ids.push(...batch.map(({ messageId }) => messageId));
    }).then(
      () => undefined,
      (error: Error) => error,
    );

    const hidden = what === 'one message' ? ids.slice(0, 1) : ids;
    expect(error?.name).toBe('StillHiddenError');
    for (const id of ids) expect(error?.message.includes(id)).toBe(hidden.includes(id));
    expect(visible()).toHaveLength(3 - hidden.length);
    const until = Date.parse(/until (\S+) at the latest/.exec(error?.message ?? '')?.[1] ?? '');
    expect(until).toBeGreaterThanOrEqual(before + 30_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 31_000);
  });

  test('whose visitor and give-back both fail tells both', async () => {
    await put(1);
    intercept(async (call) =>
      call.operation === 'ChangeMessageVisibilityBatch' ? internalFailure : passOn(call),
    );

    await expect(
      visit({}, async () => {
        throw new Error('broken on purpose');
      }),
    ).rejects.toThrow(/stay hidden.*broken on purpose/);
  });
});

/** The wait for an empty queue is SQS' own and teaches nothing. */
function passOn(call: WireCall) {
  if (call.operation !== 'ReceiveMessage') return call.forward();
  return call.forward({ ...call.input, WaitTimeSeconds: 0 });
}
