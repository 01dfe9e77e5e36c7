import { createServer, get, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { createNameResolver } from '../../adapters/dns-name-resolver.ts';
import { checkPeer, createGuardedConnector } from '../../adapters/guarded-connector.ts';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import { reasonOfErrorCode } from '../../core/receivers/delivery-outcome.ts';
import type { NameResolver } from '../../core/receivers/name-resolver.ts';
import { refuseAddress } from '../../core/receivers/public-address.ts';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { until } from '../support/until.ts';

const ownAuthorities = getCACertificates('default');

/**
 * Everything on this machine is what the guard has to keep callbacks from. no-way-inside.test.ts shows the same for every
 * spelling and with public addresses beside, where it is let.
 */
describe('the guarded connector', () => {
  let server: Server;
  let port: number;
  let connections = 0;

  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(200, { connection: 'close' }).end('inside'));
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => {
      server.listen(0, resolve);
    });
    ({ port } = server.address() as AddressInfo);
  });
  beforeEach(() => {
    connections = 0;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** Connections come in in the order in which they were made: after one of our own there are no more to wait for. */
  async function connectionsInside(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      get(`http://127.0.0.1:${port}`, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
    return connections - 1;
  }

  async function codeOf(origin: string, names: NameResolver): Promise<unknown> {
    const pool = new Pool(origin, {
      connect: createGuardedConnector(names, { allowPrivateCallbacks: false }),
    });
    try {
      const { statusCode } = await pool.request({ method: 'POST', path: '/' });
      return statusCode;
    } catch (error) {
      return (error as { code?: unknown }).code;
    } finally {
      await pool.destroy();
    }
  }

  function answering(...answers: string[]): NameResolver & { readonly asked: string[] } {
    const asked: string[] = [];
    return { asked, resolveName: (name) => (asked.push(name), Promise.resolve(answers)) };
  }

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433', '0x7f.1', '127.1', '[::]'])(
    'does not touch the literal %s, nor does it look it up',
    async (host) => {
      const names = answering('93.184.215.14');

      expect(await codeOf(`http://${host}:${port}`, names)).toBe('CALLBACK_ADDRESS_FORBIDDEN');
      expect(await connectionsInside()).toBe(0);
      expect(names.asked).toEqual([]);
    },
  );

  test.each([
    ['a private address', ['127.0.0.1']],
    ['a public address and then a private one', ['93.184.215.14', '127.0.0.1']],
    ['a private IPv6 address', ['::1']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['nonsense', ['here']],
    ['another name', ['localhost']],
    ['nothing at all in place of an address', ['']],
  ])('does not touch a name that resolves to %s', async (_, answers) => {
    const names = answering(...answers);

    expect(await codeOf(`http://rebinding.example.com:${port}`, names)).toBe('CALLBACK_ADDRESS_FORBIDDEN');
    expect(await connectionsInside()).toBe(0);
    expect(names.asked).toEqual(['rebinding.example.com']);
  });

  test('does not ask the system for a name that the name servers do not know', async () => {
    // Nothing listens there: the question is refused at once.
    const names = createNameResolver([`127.0.0.1:${port}`]);

    expect(await names.resolveName('crm.example.com')).toEqual([]);
    expect(await codeOf(`http://crm.example.com:${port}`, names)).toBe('CALLBACK_NAME_UNRESOLVED');
    // The system would know this one.
    expect(await codeOf(`http://localhost:${port}`, answering())).toBe('CALLBACK_NAME_UNRESOLVED');
    expect(await connectionsInside()).toBe(0);
  });

  test('hands on the error of a resolver that is broken', async () => {
    const broken = Object.assign(new Error('no more file descriptors'), { code: 'EMFILE' });

    expect(await codeOf('http://crm.example.com', { resolveName: () => Promise.reject(broken) })).toBe(
      'EMFILE',
    );
  });

  test('is what the sender uses unless private callbacks are allowed', async () => {
    const rules = { allowPrivateCallbacks: false, allowedPorts: [port], ownHosts: [] };
    const request = {
      connectionKey: 'sub_1',
      headers: {},
      confidentialHeaders: {},
      body: '{}',
      timeoutMs: 2_000,
    };
    const guarded = createCallbackSender(rules, answering('127.0.0.1'));
    const unguarded = createCallbackSender({ ...rules, allowPrivateCallbacks: true });

    expect(await guarded.send({ ...request, url: `https://crm.example.com:${port}/` })).toMatchObject({
      kind: 'failure',
      reason: 'address-forbidden',
      refusal: 'loopback',
    });
    expect(await connectionsInside()).toBe(0);
    expect(await unguarded.send({ ...request, url: `http://127.0.0.1:${port}/` })).toMatchObject({
      status: 200,
    });
    await Promise.all([guarded.close(), unguarded.close()]);
  });
});

/** All of 127/8 is this machine, so a name can have several addresses that behave differently. */
describe('a name with several addresses', () => {
  const silent = '127.0.0.2';
  const alive = '127.0.0.3';
  const refusing = '127.0.0.4';
  let certificates: TestCertificates;
  let port: number;
  const servers: NetServer[] = [];
  const accepted = new Set<Socket>();
  let connectedTo: string[] = [];

  beforeAll(async () => {
    certificates = await makeCertificates();
    setDefaultCACertificates([certificates.authority]);
    const tlsServer = createTlsServer(certificates.wrongHost, (channel) => {
      channel.on('error', () => channel.destroy());
      channel.once('data', () => channel.end('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    port = await listen(0, alive, (socket) => void tlsServer.emit('connection', socket));
    await listen(port, silent, (socket) => void socket.resume());
    await listen(port, '::1', (socket) => void tlsServer.emit('connection', socket));
  });
  beforeEach(() => {
    connectedTo = [];
  });
  afterAll(async () => {
    setDefaultCACertificates(ownAuthorities);
    for (const socket of accepted) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  });

  function listen(at: number, host: string, serve: (socket: Socket) => void): Promise<number> {
    const server = createNetServer((socket) => {
      connectedTo.push(host);
      accepted.add(socket.on('error', () => socket.destroy()).on('close', () => accepted.delete(socket)));
      serve(socket);
    });
    servers.push(server);
    return new Promise((resolve) => {
      server.listen(at, host, () => resolve((server.address() as AddressInfo).port));
    });
  }

  async function call(addresses: readonly string[]) {
    const rules = { allowPrivateCallbacks: true, allowedPorts: [], ownHosts: [] };
    const sender = createCallbackSender(rules, { resolveName: () => Promise.resolve(addresses) });
    const outcome = await sender.send({
      url: `https://elsewhere.example.com:${port}/hook`,
      connectionKey: 'sub_1',
      headers: {},
      confidentialHeaders: {},
      body: '{}',
      timeoutMs: 8_000,
    });
    // Those that lost are gone at once: nothing but the sender could close a connection to the silent address.
    await until('the silent connection is closed', () =>
      [...accepted].every(({ localAddress }) => localAddress !== silent),
    );
    await sender.close();
    return outcome;
  }

  test.each([
    ['accepts and never handshakes', [silent, alive], [silent, alive]],
    ['refuses', [refusing, alive], [alive]],
    ['refuses, and another never handshakes', [refusing, silent, alive], [silent, alive]],
    ['never handshakes, and two others refuse', [silent, refusing, '127.0.0.5'], [silent]],
    ['is told again and again', [silent, silent, silent, silent, alive], [silent, alive]],
    [
      'is silent as is its whole family',
      [silent, '127.0.0.6', '127.0.0.7', '127.0.0.8', '::1'],
      [silent, '::1'],
    ],
  ])('is called at the next one where the first %s', async (_, addresses, connections) => {
    const outcome = await call(addresses);

    expect(connectedTo).toEqual(connections);
    expect(outcome).toMatchObject(
      addresses.includes('127.0.0.5')
        ? { kind: 'failure', reason: 'timeout' }
        : { kind: 'success', status: 204, remoteAddress: connections.at(-1) },
    );
  });

  test('is tried at three of them at most', async () => {
    expect(await call([refusing, '127.0.0.5', '127.0.0.6', alive])).toMatchObject({
      reason: 'connection-refused',
    });
    expect(connectedTo).toEqual([]);
  });
});

describe('the address that a socket is connected to', () => {
  test('is unknown once the connection was reset: the connection is lost, and no address forbidden', () => {
    const { code } = checkPeer(undefined, refuseAddress) as { code?: string };
    expect(reasonOfErrorCode(code ?? '')).toBe('connection-lost');
  });

  test('is refused if it is not public', () => {
    expect(checkPeer('10.0.0.1', refuseAddress)).toMatchObject({
      code: 'CALLBACK_ADDRESS_FORBIDDEN',
      refusal: 'private-network',
    });
    expect(checkPeer('', refuseAddress)).toMatchObject({ refusal: 'not-an-address' });
    expect(checkPeer('93.184.215.14', refuseAddress)).toBeUndefined();
  });
});
