import { setImmediate, setTimeout } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import { decideRetry, standardRetryScheduleSeconds } from '../../core/deliveries/retry-policy.ts';
import type { DeliveryOutcome } from '../../core/receivers/delivery-outcome.ts';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { type ReceiverFault, receiverFaults, startFaultyReceiver } from '../support/receiver-faults.ts';

/**
 * Short where the deadline ends the call, long where it is a fault of ours if it does. Even by the short one, a busy machine
 * has to have seen what decides the outcome.
 */
const timeoutMs = { short: 4_000, long: 8_000 };

/** Longer than undici's limit for a handshake, shorter than its limit for headers: that is not to be what ends a call. */
const patienceMs = 9_000;

/** The first gap of the schedule, as short as jitter makes it. */
const earliestRetrySeconds = 4;
const rules = { allowPrivateCallbacks: true, allowedPorts: [443, 8443], ownHosts: [] };
const ownAuthorities = getCACertificates('default');

interface Observation {
  readonly outcome: DeliveryOutcome;
  /** Whether the next callback came over the same one. */
  readonly connection: ReceiverFault['connection'];
  /** What the next callback of the subscription came to, after the receiver was mended. */
  readonly next: DeliveryOutcome | undefined;
}

const observations = new Map<string, Promise<Observation>>();

beforeAll(async () => {
  const certificates = await makeCertificates();
  setDefaultCACertificates([certificates.authority]);
  // Not all at once: those that flood would keep the others from answering in time.
  const limit = pLimit(8);
  for (const fault of receiverFaults)
    observations.set(
      fault.name,
      limit(() => observe(fault, certificates)),
    );
  await Promise.allSettled(observations.values());
}, 120_000);
afterAll(() => setDefaultCACertificates(ownAuthorities));

async function observe(fault: ReceiverFault, certificates: TestCertificates): Promise<Observation> {
  const { listening, connection, untilDeadline, requestBytes } = fault;
  const receiver = await startFaultyReceiver(fault, certificates);
  const sender = senderTo(fault);
  const request = {
    url: receiver.url,
    connectionKey: 'sub_1',
    headers: { 'webhook-id': 'evt_1' },
    confidentialHeaders: {},
    body: 'x'.repeat(requestBytes),
    timeoutMs: untilDeadline ? timeoutMs.short : timeoutMs.long,
  };
  try {
    const outcome = await inTime(sender.send(request));
    if (connection === 'cut') await inTime(receiver.allClosed());
    await receiver.heal();
    // undici has a connection back one turn of the event loop after the response.
    await setImmediate();
    const again = { ...request, url: receiver.mendedUrl, body: '{}', timeoutMs: timeoutMs.long };
    // Nothing on this machine is public, so nobody here could answer.
    const next = listening.by === 'name' ? undefined : await inTime(sender.send(again));
    const isReused = connection === 'kept' && receiver.connectionCount() === 1;
    return { outcome, connection: isReused ? 'kept' : 'cut', next };
  } finally {
    await Promise.all([sender.close(), receiver.close()]);
  }
}

function senderTo({ listening }: ReceiverFault) {
  if (listening.by !== 'name') return createCallbackSender(rules);
  const names = { resolveName: () => Promise.resolve(listening.addresses) };
  return createCallbackSender({ ...rules, allowPrivateCallbacks: false }, names);
}

/** Rejects if it takes so long that it would never happen. */
async function inTime<Result>(event: Promise<Result>): Promise<Result> {
  const patience = new AbortController();
  const impatience = setTimeout(patienceMs, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`nothing happened for ${patienceMs} ms`);
  });
  try {
    return await Promise.race([event, impatience]);
  } finally {
    patience.abort();
    await impatience.catch(() => undefined);
  }
}

describe('a receiver that', () => {
  test.each(receiverFaults)('$name', async ({ name, listening, connection, expected }) => {
    const observation = (await observations.get(name)) as Observation;

    expect(observation).toMatchObject({
      outcome: expected.outcome,
      connection,
      next: listening.by === 'name' ? undefined : { kind: 'success', status: 204 },
    });
    expect(decideUponFirst(observation.outcome)).toMatchObject({
      kind: expected.decision,
      ...(expected.decision === 'retry' && {
        delaySeconds: expected.retryAfterSeconds ?? earliestRetrySeconds,
      }),
    });
  });
});

test('there are at least fifty things that receivers do wrong', () => {
  const wrongs = receiverFaults.filter(({ connection }) => connection === 'cut');
  expect(wrongs.length).toBeGreaterThanOrEqual(50);
  expect(new Set(receiverFaults.map(({ name }) => name)).size).toBe(receiverFaults.length);
});

/** By the standard schedule, as early as any random number allows. */
function decideUponFirst(outcome: DeliveryOutcome) {
  const begunAt = '2026-11-23T16:55:01.000Z';
  return decideRetry(
    outcome,
    { attemptCount: 1, begunAt, now: new Date(begunAt), random: 0 },
    {
      retryScheduleSeconds: standardRetryScheduleSeconds,
      retryHorizonSeconds: 7 * 24 * 3600,
      queueMarginSeconds: 60,
      keepDisabledSeconds: 24 * 3600,
    },
  );
}
