import { createHmac } from 'node:crypto';
import {
  type Call,
  concerns,
  groupByDelivery,
  isInTime,
  keyOf,
  refOf,
  successesByDelivery,
  timesInterrupted,
} from './calls.ts';
import type { Evidence, ReceivedEvidence, SecretEvidence } from './evidence.ts';
import type { Violation } from './promises.ts';

/** What a receiver that goes by its documentation would say of its calls. */

/** Until what has read a subscription before a change has made its call: a deliverer's time, several times over. */
export const settlingMs = 10_000;

/** A call is signed right before it is made, to the second. */
const signedBeforeMs = 5_000;

/** What receivers are told that every call has. */
const fixedHeaders = {
  'content-type': /^application\/json$/,
  'user-agent': /^iOmniHub-Webhooks\/\d/,
  'iomnihub-delivery-id': /^dlv_[\w-]+$/,
  'iomnihub-attempt': /^[1-9]\d*$/,
};

/** I4 and I5. */
export function findAltered(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const bodies = new Map(evidence.published.map(({ id, body }) => [id, body]));
  const types = new Map(evidence.published.map(({ id, type }) => [id, type]));
  const subscriptions = new Map(evidence.subscriptions.map((one) => [one.id, one]));
  const { clockOffMs } = evidence.excuses;
  return calls.flatMap((call): Violation[] => {
    const expected = call.event && bodies.get(call.event.id);
    const { secrets = [], headers = {} } = subscriptions.get(call.subscriptionId) ?? {};
    const sentAtMs = Number(call.headers['webhook-timestamp']) * 1_000;
    const missing = [
      ...Object.entries({ ...headers, ...ownHeadersOf(call, types) }).filter(
        ([name, value]) => call.headers[name] !== value,
      ),
      ...Object.entries(fixedHeaders).filter(([name, value]) => !value.test(call.headers[name] ?? '')),
    ];
    const altered = [
      ...(!call.event || (expected !== undefined && expected !== call.body)
        ? ['its bytes are not those that were published']
        : []),
      ...explainSignature(secrets, call, clockOffMs),
      // Also what is no number.
      ...(Math.abs(sentAtMs - call.atMs) <= signedBeforeMs + clockOffMs
        ? []
        : [`its webhook-timestamp is ${call.headers['webhook-timestamp']}`]),
      ...missing.map(([name]) => `its header ${name} is missing, or another`),
    ];
    const found = altered.map((what): Violation => ({ invariant: 'I4', what, ...refOf(call) }));
    const id = call.headers['webhook-id'];
    if (!call.event || id === call.event.id) return found;
    return [...found, { invariant: 'I5', what: `its webhook-id is ${id}`, ...refOf(call) }];
  });
}

/** What a call has to say of its subscription and event. Nobody asks for a test. */
function ownHeadersOf(
  { subscriptionId, event }: Call,
  types: ReadonlyMap<string, string>,
): Record<string, string | undefined> {
  const type = event && types.get(event.id);
  return {
    'iomnihub-subscription-id': subscriptionId,
    'iomnihub-test': undefined,
    ...(type === undefined ? {} : { 'iomnihub-event-type': type }),
  };
}

/** Whoever has one of the secrets that are in force, the new or the old, can verify the call. */
function explainSignature(secrets: readonly SecretEvidence[], call: Call, clockOffMs: number): string[] {
  const unused = secrets.filter(({ text }) => !isSignedWith(text, call));
  if (unused.length === secrets.length) return ['its signature is not valid'];
  const isOver = ({ untilMs = Number.POSITIVE_INFINITY }: SecretEvidence) =>
    call.atMs >= untilMs + settlingMs + clockOffMs;
  if (secrets.some((one) => isOver(one) && !unused.includes(one)))
    return ['a secret has signed it that is over'];
  const isInForce = ({ fromMs, untilMs = Number.POSITIVE_INFINITY }: SecretEvidence) =>
    call.atMs >= fromMs + settlingMs + clockOffMs && call.atMs < untilMs - clockOffMs;
  return unused.some(isInForce) ? ['a secret that is in force has not signed it'] : [];
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
  const inTime = calls.filter((call) => isInTime(evidence, call));
  return [...successesByDelivery(evidence, inTime).values()]
    .filter((successes) => {
      const excused =
        evidence.excuses.repeatedCalls + timesInterrupted(evidence, refOf(successes[0]), successes);
      return successes.length - 1 > excused;
    })
    .map((successes) => ({
      invariant: 'I6',
      what: `taken ${successes.length} times by its receiver`,
      ...refOf(successes[0]),
    }));
}

/** I6 as well: whatever was answered, a schedule ends. */
export function findCalledTooOften(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const { excuses, mostAttempts, redriven, rows } = evidence;
  const probes = new Map(rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row.probes]));
  return [...groupByDelivery(calls).values()].flatMap((ofDelivery): Violation[] => {
    const ref = refOf(ofDelivery[0]);
    // An event that is redriven becomes its deliveries once.
    const schedules =
      1 + redriven.filter((one) => one.subscriptionId !== undefined && concerns(one, ref)).length;
    const excused =
      excuses.repeatedCalls +
      excuses.unrecordedCalls +
      excuses.uncountedCalls +
      (probes.get(keyOf(ref.subscriptionId, ref.eventId)) ?? 0) +
      timesInterrupted(evidence, ref, ofDelivery);
    if (ofDelivery.length <= schedules * mostAttempts + excused) return [];
    return [{ invariant: 'I6', what: `called ${ofDelivery.length} times`, ...ref }];
  });
}

/** I7. */
export function findUnrecorded(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const { rows, excuses } = evidence;
  const recorded = new Map(rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row.attempts.length]));
  return [...groupByDelivery(calls)].flatMap(([key, ofDelivery]): Violation[] => {
    const attempts = recorded.get(key);
    const excused = excuses.unrecordedCalls + timesInterrupted(evidence, refOf(ofDelivery[0]), ofDelivery);
    if (attempts === undefined || ofDelivery.length - attempts <= excused) return [];
    const what = `called ${ofDelivery.length} times, recorded ${attempts}`;
    return [{ invariant: 'I7', what, ...refOf(ofDelivery[0]) }];
  });
}

/** I7 as well: an answer that is recorded was given. That one was given and not heard, only its receiver knows. */
export function findMisrecorded({ rows }: Evidence, calls: readonly Call[]): Violation[] {
  const callsOf = groupByDelivery(calls);
  return rows.flatMap(({ subscriptionId, eventId, attempts }): Violation[] => {
    const given = callsOf.get(keyOf(subscriptionId, eventId)) ?? [];
    const answers = attempts.flatMap(({ status }) => status ?? []);
    const count = (of: readonly { readonly status?: number }[], status: number) =>
      of.filter((one) => one.status === status).length;
    const untrue = answers.find((status) => count(attempts, status) > count(given, status));
    if (untrue === undefined) return [];
    const what = `recorded ${count(attempts, untrue)} times as answered ${untrue}, which its receiver did ${count(given, untrue)} times`;
    return [{ invariant: 'I7', what, subscriptionId, eventId }];
  });
}

/** I7 as well: what was given in time is lost now and then, with its connection or its function; not that often. */
export function findUnheard(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const { rows } = evidence;
  const callsOf = groupByDelivery(calls.filter((call) => isInTime(evidence, call)));
  const answered = (of: readonly { readonly status?: number }[]) =>
    of.filter(({ status }) => status !== undefined).length;
  const unheard = rows.filter(({ subscriptionId, eventId, attempts }) => {
    const given = callsOf.get(keyOf(subscriptionId, eventId)) ?? [];
    return attempts.length > answered(attempts) && answered(given) > answered(attempts);
  });
  const [first] = unheard;
  if (!first || unheard.length <= Math.max(1, rows.length / 4)) return [];
  const what = `one of ${unheard.length} deliveries whose receivers' answers are recorded as none`;
  return [{ invariant: 'I7', what, subscriptionId: first.subscriptionId, eventId: first.eventId }];
}
