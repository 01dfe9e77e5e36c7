import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeCertificates } from '../support/certificates.ts';
import { type FaultyReceiver, receiverFaults, startFaultyReceiver } from '../support/receiver-faults.ts';
import type { MemoryUse } from '../support/sender-memory-probe.ts';

const probe = fileURLToPath(new URL('../support/sender-memory-probe.ts', import.meta.url));
const mebibyte = 1024 * 1024;

const names = [
  'answers 200 with an endless body',
  'answers 200 with a compression bomb',
  'says 102 for ever',
  'sends a header that never ends',
];

let receivers: readonly FaultyReceiver[];
let use: MemoryUse;
beforeAll(async () => {
  const certificates = await makeCertificates();
  const faults = names.flatMap((name) => receiverFaults.filter((fault) => fault.name === name));
  receivers = await Promise.all(faults.map((fault) => startFaultyReceiver(fault, certificates)));
  const args = ['--expose-gc', probe, ...receivers.map(({ url }) => url)];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 });
  use = JSON.parse(stdout) as MemoryUse;
}, 70_000);
afterAll(() => Promise.all(receivers.map((receiver) => receiver.close())));

test('every kind of receiver was called, and gave what it always gives, or ran out of time', () => {
  const share = use.sent / names.length;
  const { success = 0, timeout = 0, ...others } = use.outcomes;
  expect(others).toEqual({});
  // On a machine that is busy with other things, any number of the others run out of time as well.
  expect(timeout).toBeGreaterThanOrEqual(share);
  expect(success).toBeGreaterThan(0);
  expect(success + timeout).toBe(use.sent);
});

test('nothing is kept of what receivers pour out', () => {
  // Measured: 0.1 MiB. A single chunk kept of each answer would be 3 MiB, a whole body hundreds.
  expect(use.finalBytes - use.settledBytes).toBeLessThan(2 * mebibyte);
});

test('no more than a little is held at a time', () => {
  // Measured: 0 to 25 MiB. Twelve calls hold 64 KiB each in the socket and as much in the stream; the rest is chunks
  // that were read, dropped and not yet collected. Whoever reads on holds what a second brings: hundreds of MiB.
  expect(use.peakResidentBytes - use.settledResidentBytes).toBeLessThan(80 * mebibyte);
});
