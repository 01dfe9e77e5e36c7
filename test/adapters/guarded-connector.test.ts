import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { createGuardedConnector, createNameResolver } from '../../adapters/guarded-connector.ts';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';

/** Everything on this machine is what the guard has to keep callbacks from. */
describe('the guarded connector', () => {
  let server: Server;
  let port: number;
  let connections = 0;

  beforeAll(async () => {
    server = createServer((_, response) => response.end('inside'));
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => {
      server.listen(0, resolve);
    });
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** The error's code; `touched` if anything inside has seen a connection. */
  async function codeOf(origin: string, answers: readonly string[] = []): Promise<unknown> {
    const connect = createGuardedConnector(() => Promise.resolve(answers));
    const pool = new Pool(origin, { connect });
    try {
      await pool.request({ method: 'POST', path: '/' });
      return 'touched';
    } catch (error) {
      return connections > 0 ? 'touched' : (error as { code?: unknown }).code;
    } finally {
      await pool.close();
    }
  }

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433', '0x7f.1', '127.1', '[::]'])(
    'does not touch the literal %s',
    async (host) => expect(await codeOf(`http://${host}:${port}`)).toBe('CALLBACK_ADDRESS_FORBIDDEN'),
  );

  test.each([
    ['a private address', ['127.0.0.1']],
    ['a public address and then a private one', ['93.184.215.14', '127.0.0.1']],
    ['a private IPv6 address', ['::1']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['nonsense', ['here']],
  ])('does not touch a name that resolves to %s', async (_, answers) =>
    expect(await codeOf(`http://rebinding.example.com:${port}`, answers)).toBe('CALLBACK_ADDRESS_FORBIDDEN'),
  );

  test('is what the sender uses unless private callbacks are allowed', async () => {
    const sender = createCallbackSender({ allowPrivateCallbacks: false });
    const request = { connectionKey: 'sub_1', headers: {}, body: '{}', timeoutMs: 2_000 };
    expect(await sender.send({ ...request, url: `http://127.0.0.1:${port}/` })).toMatchObject({
      kind: 'failure',
      reason: 'address-forbidden',
    });
    await sender.close();
  });

  test('reports a name that no server knows as unresolved', async () => {
    // Nothing listens there: the question is refused at once.
    const resolveName = createNameResolver([`127.0.0.1:${port}`]);
    await expect(resolveName('nowhere.example.com')).rejects.toMatchObject({
      code: 'CALLBACK_NAME_UNRESOLVED',
    });
  });
});
