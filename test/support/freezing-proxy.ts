import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What a connection does that died while the sandbox was frozen: the other end says so, or nothing comes any more. */
export type Death = 'reset' | 'silence';

export interface FreezingProxy {
  readonly url: string;
  /** All that came since the last `freeze`, whether it was passed on or not. */
  received(): string;
  /** How many connections were opened since the last `freeze`. */
  opened(): number;
  /** From now on, each connection that is open dies as soon as it is used. Later ones are sound. */
  freeze(death: Death): void;
  close(): Promise<void>;
}

/** Passes bytes on to an engine. */
export async function startFreezingProxy(target: string): Promise<FreezingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<{ death?: Death }>();
  const sockets = new Set<Socket>();
  let received = '';
  let opened = 0;

  const server = createServer((client) => {
    const connection: { death?: Death } = {};
    const engine = connect(Number(port), hostname);
    open.add(connection);
    opened += 1;
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        open.delete(connection);
        // The end of one is not noticed at the other of a connection that has died in silence.
        if (connection.death !== 'silence') for (const each of [client, engine]) each.destroy();
      });
    }
    client.on('data', (data) => {
      received += data.toString();
      if (connection.death === 'reset') client.resetAndDestroy();
      if (!connection.death) engine.write(addressed(data));
    });
    engine.on('data', (data) => {
      if (!connection.death) client.write(data);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });

  /** To the engine, which may refuse what is meant for another host. */
  function addressed(data: Buffer): Buffer {
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return Buffer.from(data.toString('latin1').replaceAll(own, `${hostname}:${port}`), 'latin1');
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    opened: () => opened,
    freeze(death) {
      for (const connection of open) connection.death = death;
      received = '';
      opened = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
