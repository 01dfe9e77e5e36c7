import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import type { CallbackRequest } from '../../core/receivers/callback-sender.ts';
import { faultsOfOurs } from '../../core/receivers/delivery-outcome.ts';
import { mask } from '../../core/receivers/response-excerpt.ts';
import { type Receiver, startRawServer, startReceiver } from '../support/receiver.ts';

/** What receivers do wrong is in receiver-faults.test.ts. */

let receiver: Receiver;
let sender: ReturnType<typeof createCallbackSender>;
beforeEach(async () => {
  receiver = await startReceiver();
  sender = createCallbackSender({ allowPrivateCallbacks: true, allowedPorts: [443, 8443], ownHosts: [] });
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
    confidentialHeaders: {},
    body: '{"ação":"🚚"}',
    timeoutMs: 5_000,
    ...overrides,
  };
}

function respondStatus(status: number, headers: Record<string, string> = {}, body = '') {
  receiver.respond((response) => void response.writeHead(status, headers).end(body));
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
    expect(Object.keys(receiver.callbacks[0]?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'webhook-id',
    ]);
  });

  test('asks for no content coding and takes any type, unless the owner wants another', async () => {
    await sender.send(request());
    await sender.send(request({ confidentialHeaders: { accept: 'application/json' } }));

    expect(receiver.callbacks.map(({ headers }) => [headers['accept'], headers['accept-encoding']])).toEqual([
      ['*/*', 'identity'],
      ['application/json', 'identity'],
    ]);
  });

  test('brings no cookie back that an earlier answer set', async () => {
    respondStatus(204, { 'set-cookie': 'session=1' });

    await sender.send(request());
    await sender.send(request());

    expect(receiver.callbacks).toHaveLength(2);
    expect(receiver.callbacks[1]?.headers).not.toHaveProperty('cookie');
  });

  test.each(['', 'crm', 'http://', 'ftp://receiver.example.com/', 'http://me@receiver.example.com/'])(
    'is not made where %j is no URL to call',
    async (url) => {
      expect(await sender.send(request({ url }))).toMatchObject({ kind: 'failure', reason: 'invalid-url' });
    },
  );
});

test('an answer that came in time counts, although the process was held up until after the deadline', async () => {
  receiver.respond((response) => {
    response.writeHead(204).end();
    const heldUpUntil = performance.now() + 500;
    while (performance.now() < heldUpUntil);
  });

  expect(await sender.send(request({ timeoutMs: 300 }))).toMatchObject({ kind: 'success', status: 204 });
});

test('the signature is masked in what is shown of an answer that gives it back', async () => {
  receiver.respond((response, { headers }) => void response.writeHead(400).end(JSON.stringify(headers)));

  const headers = { 'webhook-id': 'evt_1', 'webhook-signature': 'v1,c2lnbmF0dXJlMQ== v1,c2lnbmF0dXJlMg==' };
  const { responseExcerpt } = await sender.send(request({ headers }));

  expect(responseExcerpt).toContain(`"webhook-signature":"v1,${mask} v1,${mask}"`);
});

test('the path of the hook is masked in what is shown of an answer that gives it back', async () => {
  receiver.respond((response, { method, path }) => {
    response.writeHead(404).end(`Cannot ${method} ${path} (${encodeURIComponent(path)})`);
  });

  const url = `${receiver.url}/PLANTED-0123456789?key=PLANTED-0123456789`;
  const { responseExcerpt } = await sender.send(request({ url }));

  expect(responseExcerpt).toBe(`Cannot POST ${mask} (${mask})`);
});

describe('confidential headers', () => {
  const secret = 'Bearer s3cr/t "quoted" +0123456789';
  const confidentialHeaders = { authorization: secret };

  test('are sent', async () => {
    await sender.send(request({ confidentialHeaders }));

    expect(receiver.callbacks[0]?.headers).toMatchObject({ authorization: secret, 'webhook-id': 'evt_1' });
  });

  test('do not take the place of the signature’s', async () => {
    await sender.send(request({ confidentialHeaders: { 'webhook-id': 'evt_forged' } }));

    expect(receiver.callbacks[0]?.headers).toMatchObject({ 'webhook-id': 'evt_1' });
  });

  test.each([
    ['plain', secret],
    ['as JSON', JSON.stringify(secret).slice(1, -1)],
    ['as a URL', encodeURIComponent(secret)],
  ])('are masked in what is shown of an answer that gives them back %s', async (_, echoed) => {
    respondStatus(401, {}, `{"you":"sent ${echoed}"}`);

    const { responseExcerpt } = await sender.send(request({ confidentialHeaders }));

    expect(responseExcerpt).toBe(`{"you":"sent ${mask}"}`);
  });

  test('are masked where an answer gives them back as it was asked to', async () => {
    receiver.respond((response, { headers }) => void response.writeHead(400).end(JSON.stringify(headers)));

    const { responseExcerpt } = await sender.send(request({ confidentialHeaders }));

    expect(responseExcerpt).toContain(`"authorization":"${mask}"`);
    expect(responseExcerpt).not.toContain('0123456789');
  });

  test.each([4, 10, 20, secret.length - 1])(
    'are masked where %i characters are left of them',
    async (left) => {
      respondStatus(500, {}, 'x'.repeat(4096 - left) + secret + 'x'.repeat(1_000));

      const { responseExcerpt } = await sender.send(request({ confidentialHeaders }));

      expect(responseExcerpt).toBe('x'.repeat(4096 - left) + mask);
    },
  );
});

describe('the answer', () => {
  test.each([200, 201, 202, 204, 299])('%i is a success', async (status) => {
    respondStatus(status);

    expect(await sender.send(request())).toEqual({
      kind: 'success',
      status,
      durationMs: expect.any(Number),
      remoteAddress: '127.0.0.1',
    });
  });

  test.each([200, 204, 302, 404, 410, 500])('of %i may steer by its header', async (status) => {
    receiver.respond((response) => {
      response.writeHead(
        status,
        [
          ['Webhook-Delivery', 'later'],
          ['webhook-delivery', ' Abort-Message '],
        ].flat(),
      );
      response.end();
    });

    expect(await sender.send(request())).toMatchObject({ status, directive: 'abort-message' });
  });

  test('that is no proper HTTP may steer as well', async () => {
    const lenient = await startRawServer((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 500 No\nwebhook-delivery: later\nWebhook-Delivery: DISABLE\n\n'),
      ),
    );
    const outcome = await sender.send(request({ url: lenient.url }));
    await lenient.close();

    expect(outcome).toMatchObject({ reason: 'status', status: 500, directive: 'disable' });
  });

  test('does not steer by another value, nor by its body', async () => {
    respondStatus(500, { 'webhook-delivery': 'stop' }, 'webhook-delivery: disable');

    expect(await sender.send(request())).not.toHaveProperty('directive');
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

  test('may take all the time that the caller gives, beyond every limit of the HTTP client', async () => {
    receiver.respond((response) => void setTimeout(() => response.writeHead(204).end(), 11_500));

    expect(await sender.send(request({ timeoutMs: 20_000 }))).toMatchObject({ kind: 'success', status: 204 });
  });

  test('says how long to wait', async () => {
    respondStatus(503, { 'retry-after': '120' });

    expect(await sender.send(request())).toMatchObject({ reason: 'status', retryAfterSeconds: 120 });
  });

  test('is shown', async () => {
    respondStatus(500, {}, 'no such column: "foo"');

    expect(await sender.send(request())).toMatchObject({ responseExcerpt: 'no such column: "foo"' });
  });

  test('is shown up to 4 KiB', async () => {
    respondStatus(200, {}, 'x'.repeat(1_000_000));

    const { responseExcerpt } = await sender.send(request());

    expect(responseExcerpt).toBe('x'.repeat(4096));
  });

  test('is shown as far as the request wants, with what is confidential masked', async () => {
    respondStatus(500, {}, `${'x'.repeat(10_000)}secret-value${'x'.repeat(10_000)}`);

    const { responseExcerpt } = await sender.send(
      request({ maxAnswerBytes: 16 * 1024, confidentialHeaders: { 'x-key': 'secret-value' } }),
    );

    const rest = 16 * 1024 - 10_000 - 'secret-value'.length;
    expect(responseExcerpt).toBe(`${'x'.repeat(10_000)}${mask}${'x'.repeat(rest)}`);
  });

  test('is not decompressed', async () => {
    respondStatus(200, { 'content-encoding': 'gzip' }, 'not gzip at all');

    expect(await sender.send(request())).toMatchObject({
      kind: 'success',
      responseExcerpt: 'not gzip at all',
    });
  });
});

describe('the deadline', () => {
  test('is that of the request: the later one with less time ends first', async () => {
    receiver.respond(() => undefined);
    const ended: string[] = [];

    await Promise.all([
      sender.send(request({ timeoutMs: 1_000 })).then(() => ended.push('patient')),
      sender.send(request({ timeoutMs: 100 })).then(() => ended.push('hasty')),
    ]);

    expect(ended).toEqual(['hasty', 'patient']);
  });

  test('holds while the connection is being opened', async () => {
    receiver.respond(() => undefined);
    const stalling = await startRawServer((socket) => void socket.resume());
    const url = stalling.url.replace('http:', 'https:');
    const ended: string[] = [];

    const [stalled] = await Promise.all([
      sender.send(request({ url, timeoutMs: 100 })).finally(() => ended.push('stalled')),
      sender.send(request({ timeoutMs: 1_000 })).finally(() => ended.push('unanswered')),
    ]);
    await stalling.close();

    expect(stalled).toMatchObject({ kind: 'failure', reason: 'timeout' });
    expect(ended).toEqual(['stalled', 'unanswered']);
  });

  test('of a connection that is in its handshake is told as such', async () => {
    const stalling = await startRawServer((socket) => void socket.resume());
    const url = stalling.url.replace('http:', 'https:');

    const outcome = await sender.send(request({ url, timeoutMs: 20_000 }));
    await stalling.close();

    expect(outcome).toMatchObject({ kind: 'failure', reason: 'timeout', phase: 'handshake' });
  });

  test('holds while all connections of the subscription are taken', async () => {
    receiver.respond(() => undefined);
    const ended: string[] = [];
    const patient = Array.from({ length: 10 }, () =>
      sender.send(request({ timeoutMs: 1_000 })).finally(() => ended.push('patient')),
    );

    const eleventh = sender.send(request({ timeoutMs: 100 })).finally(() => ended.push('eleventh'));
    const [outcome] = await Promise.all([eleventh, ...patient]);

    expect(outcome).toMatchObject({ kind: 'failure', reason: 'timeout' });
    expect(ended).toEqual(['eleventh', ...Array<string>(10).fill('patient')]);
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

  test('a subscription has ten at a time, each for one callback', async () => {
    const waiting: ServerResponse[] = [];
    receiver.respond((response) => {
      waiting.push(response);
      if (waiting.length === 10) for (const each of waiting) each.writeHead(204).end();
    });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => sender.send(request())));

    expect(outcomes.map(({ kind }) => kind)).toEqual(Array<string>(10).fill('success'));
    expect(new Set(receiver.callbacks.map(({ connection }) => connection)).size).toBe(10);
  });

  test('a subscription whose URL changed is called at the new host', async () => {
    const moved = await startReceiver();
    await sender.send(request());
    await sender.send(request({ url: moved.url }));

    expect([receiver.callbacks.length, moved.callbacks.length]).toEqual([1, 1]);
    await moved.close();
  });
});

describe('a connection that was kept open', () => {
  const ok = 'HTTP/1.1 204 No Content\r\n\r\n';

  /** Answers the first request of each connection, and then does as the test says. */
  function startServer(again: (socket: Socket) => void) {
    return startRawServer((socket) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write(ok);
        else again(socket);
      });
    });
  }

  test.each([
    ['is reset', (socket: Socket) => void socket.resetAndDestroy()],
    ['is closed', (socket: Socket) => void socket.end()],
  ])('and %s by the next request is no failure: the request is repeated on a new one', async (_, again) => {
    const server = await startServer(again);
    const outcomes = [];
    for (let count = 0; count < 4; count += 1) {
      outcomes.push(await sender.send(request({ url: server.url })));
      // undici has a connection back one turn of the event loop after the response.
      await setImmediate();
    }
    const connections = server.connectionCount();
    await server.close();

    expect(outcomes.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect(connections).toBeGreaterThanOrEqual(4);
  });

  /** Answers once that many connections carry a request each, and the first request of all later ones at once. */
  async function startServerOfDeadConnections(count: number, kill: (socket: Socket) => void) {
    const requestCounts = new Map<Socket, number>();
    const server = await startRawServer((socket) => {
      socket.on('data', () => {
        const requests = (requestCounts.get(socket) ?? 0) + 1;
        requestCounts.set(socket, requests);
        if (requests > 1) kill(socket);
        else if (requestCounts.size > count) socket.write(ok);
        else if (requestCounts.size === count) for (const each of requestCounts.keys()) each.write(ok);
      });
    });
    return { ...server, counts: () => [...requestCounts.values()].toSorted((a, b) => a - b) };
  }

  const kills: Readonly<Record<string, (socket: Socket) => void>> = {
    reset: (socket) => void socket.resetAndDestroy(),
    closed: (socket) => void socket.end(),
  };
  test.each(
    Object.entries(kills).flatMap(([name, kill]) => [2, 3, 10].map((count) => ({ name, kill, count }))),
  )('and is one of $count that are $name: no other of them gets the repetition', async ({ kill, count }) => {
    const server = await startServerOfDeadConnections(count, kill);
    const call = () => sender.send(request({ url: server.url }));
    await Promise.all(Array.from({ length: count }, call));
    await setImmediate();
    const outcome = await call();
    await server.close();

    expect(outcome).toMatchObject({ kind: 'success', status: 204 });
    expect(server.counts()).toEqual([...Array<number>(count).fill(1), 2]);
  });

  test('and dies while all others are busy: the repetition takes none of them once it is free', async () => {
    const connectionLimit = 10;
    const sockets: Socket[] = [];
    const requestCounts: number[] = [];
    const server = await startRawServer((socket) => {
      const place = sockets.push(socket) - 1;
      socket.on('data', () => {
        const requests = (requestCounts[place] ?? 0) + 1;
        requestCounts[place] = requests;
        const secondRound = sockets.slice(1, connectionLimit);
        if (place === connectionLimit) {
          // The call that waited for a connection has one. Of those that are busy, one becomes free and is dead.
          sockets[1]?.write(ok);
        } else if (place > connectionLimit) {
          for (const each of [socket, ...secondRound.slice(1), sockets[connectionLimit]]) each?.write(ok);
        } else if (requests === 1) {
          if (requestCounts.filter(Boolean).length === connectionLimit)
            for (const each of sockets) each.write(ok);
        } else if (place === 0 || requests > 2) {
          socket.resetAndDestroy();
        }
      });
    });
    const callAtOnce = (count: number) =>
      Promise.all(Array.from({ length: count }, () => sender.send(request({ url: server.url }))));
    await callAtOnce(connectionLimit);
    await setImmediate();
    const outcomes = await callAtOnce(connectionLimit + 1);
    await server.close();

    expect(outcomes.map(({ status }) => status)).toEqual(Array<number>(connectionLimit + 1).fill(204));
    expect(requestCounts).toEqual([...Array<number>(connectionLimit).fill(2), 1, 1]);
  });

  test('and ends in the middle of an answer is a failure, and the request is not repeated', async () => {
    const server = await startServer((socket) => void socket.end('HTTP/1.1 2'));
    await sender.send(request({ url: server.url }));
    await setImmediate();
    const outcome = await sender.send(request({ url: server.url }));
    const connections = server.connectionCount();
    await server.close();

    expect(outcome).toMatchObject({ kind: 'failure', reason: 'connection-lost' });
    expect(connections).toBe(1);
  });

  test.each([
    [59_000, 1],
    [61_000, 2],
  ])('is used for a minute: of two calls %i ms apart there are %i connections', async (apartMs, expected) => {
    await sender.send(request());
    await setImmediate();
    const { now } = performance;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + apartMs);
    await sender.send(request());
    clock.mockRestore();

    expect(new Set(receiver.callbacks.map(({ connection }) => connection)).size).toBe(expected);
  });

  test('is not used beyond its age, though calls never stop', async () => {
    const rules = { allowPrivateCallbacks: true, allowedPorts: [443], ownHosts: [] };
    const aging = createCallbackSender(rules, undefined, { maxConnectionAgeMs: 0 });
    for (let count = 0; count < 4; count += 1) {
      await aging.send(request());
      await setImmediate();
    }
    await aging.close();

    expect(new Set(receiver.callbacks.map(({ connection }) => connection)).size).toBe(4);
  });
});

test('a new connection that ends before an answer is a failure, and the request is not repeated', async () => {
  const server = await startRawServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
  const outcome = await sender.send(request({ url: server.url }));
  const connections = server.connectionCount();
  await server.close();

  expect(outcome).toMatchObject({ kind: 'failure', reason: 'connection-lost' });
  expect(connections).toBe(1);
});

test.each([200, 500])('a body that never comes is awaited for a second, which counts: %i', async (status) => {
  receiver.respond((response) => response.writeHead(status, { 'content-length': '100' }).flushHeaders());

  const outcome = await sender.send(request({ timeoutMs: 60_000 }));

  expect(outcome).toMatchObject({ status });
  expect(outcome.durationMs).toBeGreaterThanOrEqual(990);
});

describe('an answer in a content coding', () => {
  const challenge = 'kX3v-9_aaaaaaaaaaaaaaaaaaaaaaaaa';
  const body = JSON.stringify({ challenge });

  test.each([
    ['gzip', gzipSync(body)],
    ['x-gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['deflate', deflateRawSync(body)],
    ['br', brotliCompressSync(body)],
    ['zstd', zstdCompressSync(body)],
  ])('is named, and its challenge is read: %s', async (coding, bytes) => {
    receiver.respond((response) => void response.writeHead(200, { 'content-encoding': coding }).end(bytes));

    expect(await sender.send(request({ challenge }))).toMatchObject({
      challengeEchoed: true,
      responseExcerpt: `[${coding.replace('x-', '')}, ${bytes.length} bytes]`,
    });
  });

  test.each([
    ['compress', 'compress'],
    ['AES128GCM', 'aes128gcm'],
    ['br', 'br'],
    ['gzip, br', 'encoded'],
    ['<b>hello</b>', 'encoded'],
    ['pa55word-0123456789', 'encoded'],
  ])('that cannot be read is named if its name is a known one: %s', async (named, shown) => {
    const bytes = Buffer.from('ff00fe01', 'hex');
    receiver.respond((response) => void response.writeHead(500, { 'content-encoding': named }).end(bytes));

    expect(await sender.send(request())).toMatchObject({ responseExcerpt: `[${shown}, 4 bytes]` });
  });

  test('is named if only its bytes tell', async () => {
    const bytes = gzipSync('no such column');
    receiver.respond((response) => void response.writeHead(500).end(bytes));

    expect(await sender.send(request())).toMatchObject({ responseExcerpt: `[gzip, ${bytes.length} bytes]` });
  });
});

describe('the challenge', () => {
  const challenge = 'kX3v-9_aaaaaaaaaaaaaaaaaaaaaaaaa';

  test.each([
    ['plain', Buffer.from(challenge)],
    ['as JSON', Buffer.from(JSON.stringify({ challenge }))],
    ['as a JSON string', Buffer.from(JSON.stringify(challenge))],
    ['after a byte order mark', Buffer.from(`\ufeff${JSON.stringify({ challenge })}`)],
    ['in UTF-16', Buffer.from(`\ufeff${JSON.stringify({ challenge })}`, 'utf16le')],
    ['in UTF-16, big end first', Buffer.from(`\ufeff${JSON.stringify({ challenge })}`, 'utf16le').swap16()],
    ['in UTF-16 without a byte order mark', Buffer.from(JSON.stringify({ challenge }), 'utf16le')],
    ['plain in UTF-16, big end first', Buffer.from(challenge, 'utf16le').swap16()],
    ['as a JSON string in UTF-16', Buffer.from(`\ufeff${JSON.stringify(challenge)}\r\n`, 'utf16le')],
    ['after white space and a byte order mark', Buffer.from(`\r\n \ufeff\n${challenge}`)],
    ['beside a byte of Latin-1', Buffer.from(`{"name":"Jos\xe9","challenge":"${challenge}"}`, 'latin1')],
    ['with an escape', Buffer.from(`{"challenge":"\\u006b${challenge.slice(1)}"}`)],
  ])('is found %s, whatever of it is masked', async (_, bytes) => {
    receiver.respond((response) => void response.writeHead(200).end(bytes));
    const confidentialHeaders = { 'x-a': 'challenge-x', 'x-b': challenge };

    const outcome = await sender.send(request({ challenge, confidentialHeaders }));

    expect(outcome).toMatchObject({ kind: 'success', challengeEchoed: true });
    expect(outcome.responseExcerpt).not.toContain(challenge);
  });

  test('does not count in a failure, nor where none was sent', async () => {
    respondStatus(500, {}, challenge);
    expect(await sender.send(request({ challenge }))).not.toHaveProperty('challengeEchoed');
    respondStatus(200, {}, challenge);
    expect(await sender.send(request())).not.toHaveProperty('challengeEchoed');
  });
});

test.each([...faultsOfOurs])('%s is thrown, and no outcome of the receiver', async (code) => {
  const broken = { resolveName: () => Promise.reject(Object.assign(new Error(code), { code })) };
  const rules = { allowPrivateCallbacks: true, allowedPorts: [443], ownHosts: [] };
  const failing = createCallbackSender(rules, broken);

  await expect(failing.send(request({ url: 'https://crm.example.com/' }))).rejects.toMatchObject({ code });
  await failing.close();
});
