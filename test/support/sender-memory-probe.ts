import { setTimeout } from 'node:timers/promises';
import pLimit from 'p-limit';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';

/**
 * Run as `node --expose-gc sender-memory-probe.ts URL...`, apart from the receivers, whose memory is none of the
 * sender's. Calls every URL by turns and prints what it needed, as JSON.
 */

const sendCount = 156;
const concurrency = 12;
const timeoutMs = 2_000;
const sampleIntervalMs = 20;

export interface MemoryUse {
  readonly sent: number;
  /** Outcomes by kind or reason, with the number of each. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Heap and buffers, garbage collected: after a third of the calls and after the last. */
  readonly settledBytes: number;
  readonly finalBytes: number;
  /** The highest resident set in between, and the one it began with. */
  readonly settledResidentBytes: number;
  readonly peakResidentBytes: number;
}

const urls = process.argv.slice(2);
const sender = createCallbackSender({ allowPrivateCallbacks: true, allowedPorts: [], ownHosts: [] });
const outcomes: Record<string, number> = {};
let sent = 0;

async function sendSome(count: number): Promise<void> {
  const limit = pLimit(concurrency);
  await Promise.all(Array.from({ length: count }, () => limit(sendOne)));
}

async function sendOne(): Promise<void> {
  const url = urls[sent % urls.length] ?? '';
  sent += 1;
  const outcome = await sender.send({
    url,
    connectionKey: 'sub_1',
    headers: {},
    confidentialHeaders: {},
    body: '{}',
    timeoutMs,
  });
  const result = outcome.kind === 'success' ? 'success' : outcome.reason;
  outcomes[result] = (outcomes[result] ?? 0) + 1;
}

async function bytesInUse(): Promise<number> {
  // Finalizers and what they release take a few turns.
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await setTimeout(sampleIntervalMs);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

await sendSome(sendCount / 3);
const settledBytes = await bytesInUse();
const settledResidentBytes = process.memoryUsage.rss();
let peakResidentBytes = settledResidentBytes;
const sampler = setInterval(() => {
  peakResidentBytes = Math.max(peakResidentBytes, process.memoryUsage.rss());
}, sampleIntervalMs);
await sendSome((sendCount / 3) * 2);
clearInterval(sampler);
const finalBytes = await bytesInUse();
await sender.close();

const use: MemoryUse = { sent, outcomes, settledBytes, finalBytes, settledResidentBytes, peakResidentBytes };
process.stdout.write(JSON.stringify(use));
