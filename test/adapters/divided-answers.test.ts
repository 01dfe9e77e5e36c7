import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import { finalStatus, lenientHeads } from '../support/lenient-heads.ts';
import { startRawServer } from '../support/receiver.ts';

/** The sender's sockets by their ports: what one of them has read tells the receiver when to write on. */
const sendersSockets = new Map<number, Socket>();
const noteSocket = (message: unknown) => {
  const { socket } = message as { readonly socket: Socket };
  if (socket.localPort !== undefined) sendersSockets.set(socket.localPort, socket);
};

const sender = createCallbackSender({ allowPrivateCallbacks: true, allowedPorts: [], ownHosts: [] });
beforeAll(() => subscribe('undici:client:connected', noteSocket));
afterAll(async () => {
  unsubscribe('undici:client:connected', noteSocket);
  await sender.close();
});

/** Answers with the first part, and with the second once the sender has read the first. */
async function answerInParts(connection: Socket, parts: readonly [Buffer, Buffer]): Promise<void> {
  const socket = sendersSockets.get(connection.remotePort ?? 0);
  if (!socket) throw new Error('the sender has no such socket');
  const reading = once(socket, 'data');
  connection.write(parts[0]);
  await reading;
  await setImmediate();
  connection.write(parts[1]);
}

async function statusOf(
  parts: readonly [Buffer, Buffer],
  connectionKey: string,
): Promise<number | undefined> {
  const server = await startRawServer((connection) => {
    connection.once('data', () => void answerInParts(connection, parts));
  });
  try {
    const request = { headers: { 'webhook-id': 'evt_1' }, confidentialHeaders: {}, body: '{}' };
    return (await sender.send({ ...request, url: server.url, connectionKey, timeoutMs: 20_000 })).status;
  } finally {
    await server.close();
  }
}

describe('an answer has the same status wherever it is divided', () => {
  test.each(Object.entries(lenientHeads))(
    '%s',
    async (name, head) => {
      const bytes = Buffer.from(head, 'latin1');
      const limit = pLimit(4);
      const places = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
      const statuses = await limit.map(places, (place) =>
        statusOf([bytes.subarray(0, place), bytes.subarray(place)], `${name} ${place}`),
      );

      expect(places.filter((_, index) => statuses[index] !== finalStatus)).toEqual([]);
    },
    60_000,
  );
});
