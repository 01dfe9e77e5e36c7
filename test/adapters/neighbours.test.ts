import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import { makeCertificates } from '../support/certificates.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type FaultyReceiver, receiverFaults, startFaultyReceiver } from '../support/receiver-faults.ts';

/** Longer than a test may take: whoever waits for it fails. */
const timeoutMs = 60_000;

let good: Receiver;
let bad: FaultyReceiver;
let sender: ReturnType<typeof createCallbackSender>;
beforeEach(async () => {
  good = await startReceiver();
  sender = createCallbackSender({ allowPrivateCallbacks: true, allowedPorts: [443, 8443], ownHosts: [] });
});
afterEach(async () => {
  await bad.close();
  await sender.close();
  await good.close();
});

function send(connectionKey: string, url: string) {
  const headers = { 'webhook-id': connectionKey };
  return sender.send({ url, connectionKey, headers, confidentialHeaders: {}, body: '{}', timeoutMs });
}

test.each([
  'never answers',
  'never reads the request',
  'never answers the handshake',
  'answers 200 and drips the body',
  'drips its headers byte by byte',
  'says 102 for ever',
  'answers 200 with an endless chunk extension',
])('nine callbacks arrive while the tenth goes to a receiver that %s', async (name) => {
  const fault = receiverFaults.find((candidate) => candidate.name === name);
  if (!fault) throw new Error(`there is no receiver that ${name}`);
  bad = await startFaultyReceiver(fault, await makeCertificates());
  const ended: string[] = [];
  const end = async (label: string, call: Promise<unknown>) => {
    await call;
    ended.push(label);
  };

  const tenth = end('bad', send('sub_bad', bad.url));
  const nine = Array.from({ length: 9 }, (_, number) => end('good', send(`sub_${number}`, good.url)));
  await Promise.all(nine);

  expect(ended).toEqual(Array<string>(9).fill('good'));
  expect(good.callbacks).toHaveLength(9);
  expect(bad.connectionCount()).toBe(1);
  await bad.close();
  await tenth;
  expect(ended.at(-1)).toBe('bad');
});
