import { createHmac } from 'node:crypto';
import { type Call, groupByDelivery, keyOf, refOf, successesByDelivery, timesInterrupted } from './calls.ts';
import type { Evidence, ReceivedEvidence } from './evidence.ts';
import type { Violation } from './promises.ts';

/** What a receiver that goes by its documentation would say of its calls. */

/** I4 and I5. */
export function findAltered({ published, subscriptions }: Evidence, calls: readonly Call[]): Violation[] {
  const bodies = new Map(published.map(({ id, body }) => [id, body]));
  const secrets = new Map(subscriptions.map(({ id, secrets: live }) => [id, live]));
  return calls.flatMap((call): Violation[] => {
    const found: Violation[] = [];
    const expected = call.event && bodies.get(call.event.id);
    if (!call.event || (expected !== undefined && expected !== call.body))
      found.push({ invariant: 'I4', what: 'its bytes are not those that were published', ...refOf(call) });
    if (!(secrets.get(call.subscriptionId) ?? []).some((secret) => isSignedWith(secret, call)))
      found.push({ invariant: 'I4', what: 'its signature is not valid', ...refOf(call) });
    if (call.event && call.headers['webhook-id'] !== call.event.id)
      found.push({
        invariant: 'I5',
        what: `its webhook-id is ${call.headers['webhook-id']}`,
        ...refOf(call),
      });
    return found;
  });
}

/** By Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function isSignedWith(secret: string, { body, headers }: ReceivedEvidence): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return (headers['webhook-signature'] ?? '').split(' ').includes(expected);
}

/** I6. */
export function findRepeated(evidence: Evidence, calls: readonly Call[]): Violation[] {
  return [...successesByDelivery(evidence, calls).values()]
    .filter((successes) => {
      const excused = evidence.excuses.repeatedCalls + timesInterrupted(evidence, refOf(successes[0]));
      return successes.length - 1 > excused;
    })
    .map((successes) => ({
      invariant: 'I6',
      what: `taken ${successes.length} times by its receiver`,
      ...refOf(successes[0]),
    }));
}

/** I7. */
export function findUnrecorded(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const { rows, excuses } = evidence;
  const recorded = new Map(rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row.attempts.length]));
  return [...groupByDelivery(calls)].flatMap(([key, ofDelivery]): Violation[] => {
    const attempts = recorded.get(key);
    const excused = excuses.unrecordedCalls + timesInterrupted(evidence, refOf(ofDelivery[0]));
    if (attempts === undefined || ofDelivery.length - attempts <= excused) return [];
    const what = `called ${ofDelivery.length} times, recorded ${attempts}`;
    return [{ invariant: 'I7', what, ...refOf(ofDelivery[0]) }];
  });
}
