import { createHmac, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Callback } from './receiver.ts';

/**
 * What a receiver may rely on, checked with nothing but Node.js: neither the code that signs nor a package that verifies
 * decides here. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */

/** What was published, as a callback has to show it. */
export interface Expected {
  readonly id: string;
  readonly type: string;
  readonly accountId: string;
  readonly timestamp: string;
  readonly data: unknown;
}

/** The same tolerance as in most libraries that verify. */
const toleranceSeconds = 300;

/** Throws unless one of the signatures fits the id, the time and the bytes of the body. */
export function requireGenuine({ headers, body, receivedAt }: Callback, secret: string): void {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
    const value = headers[name];
    if (!value) throw new Error(`a callback has no ${name}`);
    return value;
  }) as [string, string, string];
  const ageSeconds = receivedAt.getTime() / 1_000 - Number(timestamp);
  if (!/^\d+$/.test(timestamp) || Math.abs(ageSeconds) > toleranceSeconds)
    throw new Error(`callback ${id} has webhook-timestamp ${timestamp}, which is not the time of the call`);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  const isGenuine = signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return (
      signature.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected)
    );
  });
  if (!isGenuine) throw new Error(`callback ${id} carries no signature that fits its id, time and body`);
}

/** Throws unless the callback tells of that event, field by field. */
export function requireEvent({ headers, body }: Callback, expected: Expected): void {
  const { 'webhook-id': webhookId = '', 'content-type': contentType = '' } = headers;
  if (webhookId !== expected.id)
    throw new Error(`the callback of event ${expected.id} has the webhook-id ${webhookId}`);
  if (!/^application\/json\b/.test(contentType))
    throw new Error(`callback ${webhookId} has the content-type ${contentType || 'of nothing'}`);
  const event = JSON.parse(body.toString()) as Record<string, unknown>;
  for (const [name, value] of Object.entries(expected)) {
    if (!isDeepStrictEqual(event[name], value))
      throw new Error(
        `callback ${webhookId} has ${name} ${JSON.stringify(event[name])} instead of ${JSON.stringify(value)}`,
      );
  }
}

/** Throws unless these are attempts of one delivery: the same id and bytes, and a time of its own for each. */
export function requireRepetitions(callbacks: readonly Callback[]): void {
  const [first, ...others] = callbacks;
  const id = first?.headers['webhook-id'];
  for (const { headers, body } of others) {
    if (headers['webhook-id'] !== id)
      throw new Error(`a retry of ${id} has the webhook-id ${headers['webhook-id']}`);
    if (first && !body.equals(first.body))
      throw new Error(`a retry of ${id} has other bytes in its body than the first attempt`);
  }
  const times = callbacks.map(({ headers }) => headers['webhook-timestamp']);
  if (new Set(times).size < times.length)
    throw new Error(`two attempts of ${id} have the same webhook-timestamp: ${times.join(', ')}`);
}
