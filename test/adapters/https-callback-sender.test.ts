import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import type { CallbackRequest } from '../../core/ports.ts';
import { type Receiver, startRawServer, startReceiver } from '../support/receiver.ts';

let receiver: Receiver;
let sender: ReturnType<typeof createCallbackSender>;
beforeEach(async () => {
  receiver = await startReceiver();
  sender = createCallbackSender({ allowPrivateCallbacks: true });
});
afterEach(async () => {
  await sender.close();
  await receiver.close();
});

function request(overrides: Partial<CallbackRequest> = {}): CallbackRequest {
  return {
    url: receiver.url,
    connectionKey: 'sub_1',
    headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' },
    body: '{"ação":"🚚"}',
    timeoutMs: 5_000,
    ...overrides,
  };
}

function respondStatus(status: number, headers: Record<string, string> = {}, body = '') {
  receiver.respond((response) => void response.writeHead(status, headers).end(body));
}

/** Sends one callback to something that is no proper HTTP server. */
async function sendTo(onConnection: (socket: Socket) => void, overrides: Partial<CallbackRequest> = {}) {
  const server = await startRawServer(onConnection);
  try {
    return await sender.send(request({ url: server.url, ...overrides }));
  } finally {
    await server.close();
  }
}

/** Says something once the request has begun to arrive. */
function say(...lines: string[]) {
  return (socket: Socket) => void socket.once('data', () => socket.write(lines.join('\r\n')));
}

describe('the request', () => {
  test('is a POST of exactly the body and the headers that were asked for', async () => {
    await sender.send(request({ url: `${receiver.url}?key=a%20b` }));

    expect(receiver.callbacks).toMatchObject([
      {
        method: 'POST',
        path: '/hooks/iomnihub?key=a%20b',
        body: '{"ação":"🚚"}',
        headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1', 'content-length': '17' },
      },
    ]);
    expect(receiver.callbacks[0]?.headers).not.toHaveProperty('accept-encoding');
    expect(receiver.callbacks[0]?.headers).not.toHaveProperty('cookie');
  });
});

describe('the status decides', () => {
  test.each([200, 201, 202, 204, 299])('%i is a success', async (status) => {
    respondStatus(status);

    expect(await sender.send(request())).toEqual({ kind: 'success', status, durationMs: expect.any(Number) });
  });

  test.each([
    [304, 'status'],
    [400, 'status'],
    [401, 'status'],
    [404, 'status'],
    [410, 'gone'],
    [500, 'status'],
    [502, 'status'],
    [600, 'status'],
    [999, 'status'],
  ])('%i is a failure: %s', async (status, reason) => {
    respondStatus(status);

    expect(await sender.send(request())).toMatchObject({ kind: 'failure', reason, status });
  });

  test.each([301, 302, 303, 307, 308])('%i is a failure, and nobody goes where it points', async (status) => {
    const elsewhere = await startReceiver();
    respondStatus(status, { location: elsewhere.url });

    const outcome = await sender.send(request());
    await elsewhere.close();

    expect(outcome).toMatchObject({ kind: 'failure', reason: 'status', status });
    expect(elsewhere.callbacks).toEqual([]);
    expect(receiver.callbacks).toHaveLength(1);
  });

  test.each([
    [503, '120', 120],
    [429, '0', 0],
    [503, 'Wed, 23 Nov 2199 16:55:00 GMT', expect.any(Number)],
  ])('%i with Retry-After %s says when to come back', async (status, header, retryAfterSeconds) => {
    respondStatus(status, { 'retry-after': header });

    expect(await sender.send(request())).toMatchObject({
      kind: 'failure',
      reason: 'status',
      retryAfterSeconds,
    });
  });

  test.each([
    [503, '-5'],
    [429, 'soon'],
    [429, 'Mon, 23 Nov 2020 16:55:00 GMT'],
    [500, '120'],
    [301, '120'],
  ])('%i with Retry-After %s says nothing about it', async (status, header) => {
    respondStatus(status, { 'retry-after': header });

    expect(await sender.send(request())).not.toHaveProperty('retryAfterSeconds');
  });
});

describe('what is read of the answer', () => {
  test('is shown', async () => {
    respondStatus(500, {}, 'no such column: "foo"');

    expect(await sender.send(request())).toMatchObject({ responseExcerpt: 'no such column: "foo"' });
  });

  test('ends after 4 KiB', async () => {
    respondStatus(200, {}, 'x'.repeat(1_000_000));

    const { responseExcerpt } = await sender.send(request());

    expect(responseExcerpt).toBe('x'.repeat(4096));
  });

  test('is not decompressed', async () => {
    respondStatus(200, { 'content-encoding': 'gzip' }, 'not gzip at all');

    expect(await sender.send(request())).toMatchObject({
      kind: 'success',
      responseExcerpt: 'not gzip at all',
    });
  });

  test('never ends, and the connection is cut', async () => {
    let cut: Promise<unknown> | undefined;
    receiver.respond((response) => {
      cut = new Promise((resolve) => {
        response.on('close', resolve);
      });
      flood(response.writeHead(200));
    });

    expect(await sender.send(request())).toMatchObject({ kind: 'success', status: 200 });
    await cut;
    expect(cut).toBeDefined();
  });

  test('stops coming: a success, when the time is over', async () => {
    const outcome = await sendTo(say('HTTP/1.1 200 OK', 'content-length: 100', '', 'half'), {
      timeoutMs: 200,
    });

    expect(outcome).toMatchObject({ kind: 'success', status: 200, responseExcerpt: 'half' });
  });

  test.each([
    ['breaks off', ['HTTP/1.1 200 OK', 'content-length: 100', '', 'half']],
    ['has a broken chunk', ['HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'zz', 'half', '']],
  ])('%s: a success all the same', async (_, lines) => {
    const outcome = await sendTo((socket) => void socket.once('data', () => socket.end(lines.join('\r\n'))));

    expect(outcome).toMatchObject({ kind: 'success', status: 200 });
  });

  test('breaks off after an error status: that failure', async () => {
    const lines = ['HTTP/1.1 500 Oops', 'content-length: 100', '', 'half'].join('\r\n');

    expect(await sendTo((socket) => void socket.once('data', () => socket.end(lines)))).toMatchObject({
      kind: 'failure',
      reason: 'status',
      status: 500,
    });
  });
});

describe('no usable answer', () => {
  test('nobody listens: connection-refused', async () => {
    const closed = await startRawServer(() => undefined);
    await closed.close();

    expect(await sender.send(request({ url: closed.url }))).toEqual({
      kind: 'failure',
      reason: 'connection-refused',
      durationMs: expect.any(Number),
    });
  });

  test.each([
    ['closed at once', (socket: Socket) => void socket.end()],
    ['closed after the request', (socket: Socket) => void socket.once('data', () => socket.end())],
    ['reset', (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy())],
    [
      'reset in the middle of the headers',
      (socket: Socket) =>
        void socket.once('data', () =>
          socket.write('HTTP/1.1 200 OK\r\nx-a: ', () => socket.resetAndDestroy()),
        ),
    ],
    [
      'closed in the middle of the headers',
      (socket: Socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nx-a: ')),
    ],
  ])('the connection is %s: connection-lost', async (_, onConnection) => {
    expect(await sendTo(onConnection)).toMatchObject({ kind: 'failure', reason: 'connection-lost' });
  });

  test.each([
    ['never answers', () => undefined],
    ['never ends its headers', say('HTTP/1.1 200 OK', 'x-a: ')],
    ['only ever says that it goes on', say('HTTP/1.1 102 Processing', '', 'HTTP/1.1 102 Processing', '', '')],
  ])('a receiver that %s: timeout', async (_, onConnection) => {
    expect(await sendTo(onConnection, { timeoutMs: 150 })).toMatchObject({
      kind: 'failure',
      reason: 'timeout',
    });
  });

  test('the deadline is that of the request: the later one with less time ends first', async () => {
    receiver.respond(() => undefined);
    const ended: string[] = [];

    await Promise.all([
      sender.send(request({ timeoutMs: 1_000 })).then(() => ended.push('patient')),
      sender.send(request({ timeoutMs: 100 })).then(() => ended.push('hasty')),
    ]);

    expect(ended).toEqual(['hasty', 'patient']);
  });

  test('a 200 after the deadline is too late', async () => {
    let late: ServerResponse | undefined;
    receiver.respond((response) => {
      late = response;
    });

    const outcome = await sender.send(request({ timeoutMs: 150 }));
    late?.writeHead(200).end();

    expect(outcome).toMatchObject({ kind: 'failure', reason: 'timeout' });
  });

  test('headers of more than 16 KiB: protocol', async () => {
    const onConnection = say('HTTP/1.1 200 OK', `x-a: ${'a'.repeat(17_000)}`, '', '');

    expect(await sendTo(onConnection)).toMatchObject({ kind: 'failure', reason: 'protocol' });
  });

  test.each([
    ['two lengths', say('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 2', '', 'ab')],
    ['a switch of protocols', say('HTTP/1.1 101 Switching', 'connection: upgrade', 'upgrade: x', '', '')],
  ])('%s: a failure', async (_, onConnection) => {
    expect(await sendTo(onConnection)).toMatchObject({ kind: 'failure' });
  });

  const garbage = {
    'another protocol': say('SSH-2.0-OpenSSH_9.6', ''),
    'HTTP/0.9': say('<html>hello</html>'),
    'a malformed status': say('HTTP/1.1 2x0 OK', '', ''),
    'a malformed header': say('HTTP/1.1 200 OK', 'no colon', '', ''),
  };
  for (const [name, onConnection] of Object.entries(garbage)) {
    test(`${name}: protocol`, async () => {
      expect(await sendTo(onConnection)).toMatchObject({ kind: 'failure', reason: 'protocol' });
    });
  }

  test('plain http on a port that should speak TLS: tls', async () => {
    const url = receiver.url.replace('http:', 'https:');

    expect(await sender.send(request({ url }))).toMatchObject({ kind: 'failure', reason: 'tls' });
  });

  test('a name that does not exist: dns', async () => {
    expect(await sender.send(request({ url: 'http://nowhere.invalid/' }))).toMatchObject({
      kind: 'failure',
      reason: 'dns',
    });
  });

  test.each(['', 'crm', 'http://'])('%j is no URL to call', async (url) => {
    expect(await sender.send(request({ url }))).toMatchObject({ kind: 'failure', reason: 'invalid-url' });
  });
});

describe('connections', () => {
  async function connectionsOf(connectionKey: string): Promise<Set<number>> {
    const from = receiver.callbacks.length;
    for (let count = 0; count < 4; count += 1) await sender.send(request({ connectionKey }));
    return new Set(receiver.callbacks.slice(from).map(({ connection }) => connection));
  }

  test('a subscription uses its own again', async () => {
    expect((await connectionsOf('sub_1')).size).toBeLessThan(4);
  });

  test('two subscriptions never share one', async () => {
    const [first, second] = [await connectionsOf('sub_1'), await connectionsOf('sub_2')];

    expect([...first].filter((connection) => second.has(connection))).toEqual([]);
  });

  test('a subscription whose URL changed is called at the new host', async () => {
    const moved = await startReceiver();
    await sender.send(request());
    await sender.send(request({ url: moved.url }));

    expect([receiver.callbacks.length, moved.callbacks.length]).toEqual([1, 1]);
    await moved.close();
  });

  test('an answer that nobody asked for is not the next callback’s', async () => {
    const forged = 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 Forged\r\ncontent-length: 0\r\n\r\n';
    const real = 'HTTP/1.1 500 Real\r\ncontent-length: 0\r\n\r\n';
    let requests = 0;
    const server = await startRawServer((socket) => {
      socket.on('data', () => {
        requests += 1;
        socket.write(requests === 1 ? forged : real);
      });
    });

    const first = await sender.send(request({ url: server.url }));
    const second = await sender.send(request({ url: server.url }));
    await server.close();

    expect([first, second]).toMatchObject([{ status: 204 }, { status: 500 }]);
  });
});

/** Writes for as long as the other side reads. */
function flood(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', write);
  write();
}
