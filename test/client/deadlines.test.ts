import { getEventListeners, once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createPublisher } from '../../client/publisher.ts';
import {
  accept,
  clientOf,
  closePublishers,
  closing,
  credentials,
  event,
  publisherTo,
} from './publisher-to.ts';

afterEach(closePublishers);

/** Listens on a free port, and cuts every connection at the end of the test. */
async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  closing({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

const http = async (handle: RequestListener) =>
  `http://127.0.0.1:${await listening(createHttpServer(handle))}`;
const tcp = async (protocol: string) => `${protocol}://127.0.0.1:${await listening(createTcpServer())}`;
const never = () => new Promise<never>(() => {});

describe('publish settles, and says that the event may have been published, if an endpoint', () => {
  const drip: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).write('{');
    const timer = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(timer));
  };
  test.each<[what: string, open: () => Promise<string>]>([
    ['accepts and stays silent', () => tcp('http')],
    ['hangs in the TLS handshake', () => tcp('https')],
    ['reads the request and stays silent', () => http(() => {})],
    [
      'announces a body that never comes',
      () => http((_, response) => response.writeHead(200).flushHeaders()),
    ],
    ['drips its answer', () => http(drip)],
    [
      'sends one early hint after another',
      () =>
        http((_, response) => {
          const timer = setInterval(() => response.writeProcessing(), 5);
          response.on('close', () => clearInterval(timer));
        }),
    ],
  ])('%s', async (_, open) => {
    const client = clientOf(await open());
    const publisher = createPublisher({ eventBusName: 'events', client, timeoutMs: 1_500, maxAttempts: 2 });
    const { published, unpublished } = await publisher.publish([event(), event()]);
    expect(published).toEqual([]);
    expect(unpublished).toMatchObject([{ reason: 'unavailable' }, { reason: 'unavailable' }]);
    for (const { explanation } of unpublished) {
      expect(explanation).toMatch(/^TimeoutError: .*; .*may have been published all the same$/);
    }
  });

  test.each<[what: string, answer: RequestListener]>([
    ['hangs up', (request) => request.socket.destroy()],
    ['fails by 500', (_, response) => void response.writeHead(500).end('{"__type":"InternalFailure"}')],
    ['answers no JSON', (_, response) => void response.writeHead(200).end('<html>')],
    ['answers nothing', (_, response) => void response.writeHead(200).end()],
    ['answers without entries', (_, response) => void response.writeHead(200).end('{"FailedEntryCount":0}')],
  ])('%s', async (_, answer) => {
    const client = clientOf(await http(answer));
    const { unpublished } = await createPublisher({ eventBusName: 'events', client, maxAttempts: 2 }).publish(
      [event()],
    );
    expect(unpublished).toMatchObject([
      {
        reason: 'unavailable',
        explanation: expect.stringMatching(/; it may have been published all the same$/),
      },
    ]);
  });
});

test('a doubt stays, whatever later attempts answer', async () => {
  let calls = 0;
  const url = await http((request, response) => {
    calls += 1;
    if (calls === 1) request.socket.destroy();
    else response.writeHead(400).end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
  });
  const publisher = createPublisher({ eventBusName: 'events', client: clientOf(url), maxAttempts: 2 });
  const { unpublished } = await publisher.publish([event()]);
  expect(unpublished).toMatchObject([
    {
      reason: 'unavailable',
      explanation: 'ThrottlingException: Rate exceeded; it may have been published all the same',
    },
  ]);
});

test.each([
  ['credentials', { credentials: never }],
  ['a region', { region: never }],
  ['an endpoint', { endpoint: never }],
])('publish settles, and says that the event was not sent, if the SDK never gets %s', async (_, config) => {
  const { server, calls } = await publisherTo(accept);
  const client = clientOf(server.url, config);
  const publisher = createPublisher({ eventBusName: 'events', client, timeoutMs: 50, maxAttempts: 1 });
  const { unpublished } = await publisher.publish([event()]);
  expect(unpublished).toMatchObject([
    { reason: 'unavailable', explanation: expect.stringMatching(/^TimeoutError: /) },
  ]);
  expect(unpublished[0]?.explanation).not.toContain('may have been published');
  expect(calls).toEqual([]);
});

test('credentials that come after the timeout send nothing', async () => {
  const late = Promise.withResolvers<typeof credentials>();
  let requests = 0;
  const handle = () => {
    requests += 1;
    return Promise.reject(new Error('no network'));
  };
  const client = clientOf('http://127.0.0.1:1', {
    credentials: () => late.promise,
    requestHandler: { handle },
  });
  const publisher = createPublisher({ eventBusName: 'events', client, timeoutMs: 50, maxAttempts: 1 });
  const { unpublished } = await publisher.publish([event()]);
  late.resolve(credentials);
  await createPublisher({ eventBusName: 'events', client, maxAttempts: 1 }).publish([event()]);
  expect(unpublished).toHaveLength(1);
  expect(requests).toBe(1);
});

test.each([
  ['a part of the time, so that others can follow', 3_000, 3, 2],
  ['a second of it, even if that is all', 1_000, 20, 1],
])('a silent call gets %s', async (_, timeoutMs, maxAttempts, least) => {
  let calls = 0;
  const client = clientOf(await http(() => void (calls += 1)));
  const publisher = createPublisher({ eventBusName: 'events', client, timeoutMs, maxAttempts });
  const { unpublished } = await publisher.publish([event()]);
  expect(unpublished).toMatchObject([{ reason: 'unavailable' }]);
  expect(calls).toBeGreaterThanOrEqual(least);
  expect(calls).toBeLessThanOrEqual(timeoutMs / 1_000);
});

test('what is published within the time stays published, and the rest is reported', async () => {
  const { publisher } = await publisherTo(
    (entry) => (entry.Detail.includes('evt_slow') ? never() : accept()),
    { timeoutMs: 2_000, maxAttempts: 1, maxConcurrentCalls: 2 },
  );
  const slow = Array.from({ length: 10 }, (_, index) => event({ id: `evt_slow${index}` }));
  const { published, unpublished } = await publisher.publish([...slow, event({ id: 'evt_quick' })]);
  expect(published).toMatchObject([{ event: { id: 'evt_quick' } }]);
  expect(unpublished.map((each) => each.event)).toEqual(slow);
});

test('an event whose turn never comes is reported as not sent', async () => {
  const { publisher } = await publisherTo(never, { timeoutMs: 500, maxAttempts: 1, maxConcurrentCalls: 1 });
  const { unpublished } = await publisher.publish(Array.from({ length: 100 }, () => event()));
  const explanations = unpublished.map(({ explanation }) => explanation);
  expect(explanations.slice(0, 10)).toEqual(
    Array(10).fill(expect.stringContaining('may have been published')),
  );
  expect(explanations.slice(10)).toEqual(
    Array(90).fill('TimeoutError: no result within 500 ms; it was not sent'),
  );
});

describe('a signal', () => {
  test('that is aborted already lets nothing be sent', async () => {
    const { publisher, calls } = await publisherTo(accept);
    const result = await publisher.publish([event(), event()], { signal: AbortSignal.abort() });
    expect(result.published).toEqual([]);
    expect(result.unpublished).toMatchObject([
      { reason: 'unavailable', explanation: 'AbortError: the signal was aborted; it was not sent' },
      { reason: 'unavailable' },
    ]);
    await publisher.publish([event({ id: 'evt_next' })]);
    expect(calls.flat()).toHaveLength(1);
  });

  test('ends the call and its connection, and says what may have been published', async () => {
    const controller = new AbortController();
    const hungUp = Promise.withResolvers<void>();
    const url = await http((request) => {
      request.socket.once('close', () => hungUp.resolve());
      controller.abort();
    });
    const publisher = createPublisher({ eventBusName: 'events', client: clientOf(url) });
    const { unpublished } = await publisher.publish([event()], { signal: controller.signal });
    await hungUp.promise;
    expect(unpublished).toMatchObject([
      {
        reason: 'unavailable',
        explanation:
          'AbortError: the signal was aborted; it was sent and not answered, so it may have been published all the same',
      },
    ]);
  });

  test('of one call of publish leaves what another sends in the same call', async () => {
    const controller = new AbortController();
    const { publisher, calls } = await publisherTo(() => {
      controller.abort();
      return accept();
    });
    const [aborted, other] = await Promise.all([
      publisher.publish([event()], { signal: controller.signal }),
      publisher.publish([event()]),
    ]);
    expect(calls.map((entries) => entries.length)).toEqual([2]);
    expect(aborted.unpublished).toHaveLength(1);
    expect(other.published).toHaveLength(1);
  });

  test('has no listener left once publish has settled', async () => {
    const { signal } = new AbortController();
    const { publisher } = await publisherTo(accept);
    await publisher.publish([event(), null as never], { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('that is none is a mistake of the caller', async () => {
    const { publisher } = await publisherTo(accept);
    await expect(publisher.publish([event()], { signal: 5 as never })).rejects.toThrow(
      new TypeError('publish: signal must be an AbortSignal'),
    );
  });
});
