import { createHmac } from 'node:crypto';

/**
 * Judges a run by what others have seen of it: what was published, what receivers wrote down themselves, and the table
 * and dead-letter queues at rest. It imports nothing of the product, so that no mistake is made on both sides.
 */
export interface Evidence {
  readonly subscriptions: readonly SubscriptionEvidence[];
  readonly published: readonly PublishedEvidence[];
  /** When events were taken in and it was decided who gets them, by the table. */
  readonly takenIn: readonly TakenInEvidence[];
  readonly received: readonly ReceivedEvidence[];
  readonly rows: readonly RowEvidence[];
  readonly held: readonly HeldEvidence[];
  /** What was held before a redrive. */
  readonly redriven: readonly HeldEvidence[];
  /** Connections to addresses that no callback may reach. */
  readonly touched: readonly string[];
  /** Whatever somebody could read afterwards, by where it stands. */
  readonly texts: Readonly<Record<string, string>>;
  /** What must stand in none of them, by what it is. */
  readonly secrets: Readonly<Record<string, string>>;
  /** 99th percentile of the others' latency over that of their baseline; absent where no account was dead. */
  readonly latencyRatio?: number;
  readonly excuses: Excuses;
  /** What functions were working on when they died or their time was over, once for every time. */
  readonly interrupted: readonly MessageEvidence[];
}

/** What the injected fault explains, for each delivery. */
export interface Excuses {
  /** Calls that were answered with 2xx beyond the first. */
  readonly repeatedCalls: number;
  /** Calls that were made and could not be recorded. */
  readonly unrecordedCalls: number;
}

export interface SubscriptionEvidence {
  readonly accountId: string;
  readonly id: string;
  readonly eventTypes: readonly string[];
  readonly effectiveAtMs: number;
  /** Somebody asked then that it be called no more, or its receiver did: what is taken in later may go either way. */
  readonly endAskedAtMs?: number;
  /** From then on nothing is to be called. */
  readonly endedAtMs?: number;
  /** All that ever signed. */
  readonly secrets: readonly string[];
}

export interface PublishedEvidence {
  readonly id: string;
  readonly accountId: string;
  readonly type: string;
  readonly atMs: number;
  /** The callback's body as its contract says; undefined for an event that cannot be delivered and must be held. */
  readonly body: string | undefined;
}

export interface TakenInEvidence {
  readonly accountId: string;
  readonly eventId: string;
  readonly atMs: number;
}

export interface ReceivedEvidence {
  readonly subscriptionId: string;
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Absent if it gave no answer. */
  readonly status?: number;
}

export interface RowEvidence {
  readonly accountId: string;
  readonly subscriptionId: string;
  readonly eventId: string;
  readonly state: string;
  /** Calls that are written down. */
  readonly attempts: number;
}

export interface MessageEvidence {
  readonly eventId: string;
  /** Undefined for an event that has not become deliveries. */
  readonly subscriptionId: string | undefined;
}

export interface HeldEvidence extends MessageEvidence {
  readonly queue: string;
}

export const invariants = {
  I1: 'every accepted event ends in one terminal state for every subscription that takes it, or is held',
  I2: 'nothing is delivered that nobody published',
  I3: 'nothing crosses accounts',
  I4: 'bytes and signature are intact',
  I5: 'the webhook-id is the event’s, in every attempt',
  I6: 'nothing is delivered twice but what a fault explains',
  I7: 'every call that a receiver saw is recorded, or a fault explains it',
  I8: 'a dead account leaves the others’ latency within twice their baseline',
  I9: 'once a subscription has ended, nothing is called',
  I10: 'a redrive loses nothing',
  I11: 'no secret stands where somebody could read it',
  I12: 'no connection to an address that is not public',
} as const;
export type Invariant = keyof typeof invariants;

export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
  /** The delivery that it is about, for its history. */
  readonly subscriptionId?: string | undefined;
  readonly eventId?: string | undefined;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly counts: Readonly<
    Record<'accepted' | 'delivered' | 'exhausted' | 'duplicates' | 'lost' | 'phantom' | 'crossed', number>
  >;
}

/** A call that was on its way when a subscription ended arrives within its deadline. */
const onTheWayMs = 2_000;

export function judge(evidence: Evidence): Verdict {
  const calls = evidence.received.map((received) => ({ ...received, event: eventOf(received.body) }));
  const lost = findLost(evidence, calls);
  const phantoms = findPhantoms(evidence, calls);
  const crossed = findCrossed(evidence, calls);
  return {
    violations: [
      ...lost,
      ...phantoms,
      ...crossed,
      ...findAltered(evidence, calls),
      ...findRepeated(evidence, calls),
      ...findUnrecorded(evidence, calls),
      ...findSlowedDown(evidence),
      ...findCalledAfterEnd(evidence, calls),
      ...findLostByRedrive(evidence),
      ...findSecrets(evidence),
      ...evidence.touched.map((address) => ({
        invariant: 'I12' as const,
        what: `${address} was connected to`,
      })),
    ],
    counts: {
      accepted: evidence.published.length,
      delivered: evidence.rows.filter(({ state }) => state === 'delivered').length,
      exhausted: evidence.rows.filter(({ state }) => state === 'exhausted').length,
      duplicates: [...successesByDelivery(evidence, calls).values()].reduce(
        (sum, successes) => sum + successes.length - 1,
        0,
      ),
      lost: lost.length,
      phantom: phantoms.length,
      crossed: crossed.length,
    },
  };
}

type Call = ReceivedEvidence & {
  readonly event: { readonly id: string; readonly accountId: string } | undefined;
};

function eventOf(body: string): Call['event'] {
  try {
    const { id, accountId } = JSON.parse(body) as { id?: unknown; accountId?: unknown };
    return typeof id === 'string' && typeof accountId === 'string' ? { id, accountId } : undefined;
  } catch {
    return undefined;
  }
}

/** I1: each event × each subscription that takes it. */
function findLost(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const rows = new Map(evidence.rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row]));
  const held = new Set(evidence.held.map(({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId)));
  // What a redrive has taken out of its queue is I10's.
  const wasHeld = new Set(evidence.redriven.map((one) => keyOf(one.subscriptionId, one.eventId)));
  const answered = successesByDelivery(evidence, calls);
  const unheld = evidence.published
    .filter(({ body, id }) => body === undefined && !held.has(keyOf(undefined, id)))
    .map(
      ({ id }): Violation => ({ invariant: 'I1', what: 'cannot be delivered, and is not held', eventId: id }),
    );

  const deliveries = expectedDeliveries(evidence).flatMap(({ subscription, event }): Violation[] => {
    const key = keyOf(subscription.id, event.id);
    const what = explainLoss(rows.get(key)?.state, {
      isHeld: held.has(key) || wasHeld.has(key),
      isEventHeld: held.has(keyOf(undefined, event.id)) || wasHeld.has(keyOf(undefined, event.id)),
      isAnswered: answered.has(key),
      hasEnded: subscription.endedAtMs !== undefined,
    });
    return what ? [{ invariant: 'I1', what, subscriptionId: subscription.id, eventId: event.id }] : [];
  });
  return [...unheld, ...deliveries];
}

interface Whereabouts {
  readonly isHeld: boolean;
  /** Before it became deliveries. */
  readonly isEventHeld: boolean;
  /** With 2xx, by its receiver. */
  readonly isAnswered: boolean;
  readonly hasEnded: boolean;
}

function explainLoss(
  state: string | undefined,
  { isHeld, isEventHeld, isAnswered, hasEnded }: Whereabouts,
): string | undefined {
  switch (state) {
    case undefined:
      return isHeld || isEventHeld ? undefined : 'no row and no dead letter';
    case 'delivered':
      return isAnswered ? undefined : 'delivered, and its receiver has never taken it';
    case 'exhausted':
      return isHeld ? undefined : 'exhausted without a dead letter';
    case 'cancelled':
      return hasEnded ? undefined : 'cancelled by nobody';
    default:
      return `still ${state}, at rest`;
  }
}

function expectedDeliveries({ published, takenIn, subscriptions }: Evidence) {
  const decidedAtMs = new Map(takenIn.map((one) => [keyOf(one.accountId, one.eventId), one.atMs]));
  return published
    .filter(({ body }) => body !== undefined)
    .flatMap((event) =>
      subscriptions
        .filter(
          ({ accountId, eventTypes, effectiveAtMs, endAskedAtMs = Number.POSITIVE_INFINITY }) =>
            accountId === event.accountId &&
            eventTypes.includes(event.type) &&
            event.atMs >= effectiveAtMs &&
            (decidedAtMs.get(keyOf(accountId, event.id)) ?? event.atMs) < endAskedAtMs,
        )
        .map((subscription) => ({ subscription, event })),
    );
}

/** I2. */
function findPhantoms({ published }: Evidence, calls: readonly Call[]): Violation[] {
  const known = new Set(published.map(({ id }) => id));
  return calls
    .filter(({ event }) => event && !known.has(event.id))
    .map((call) => ({ invariant: 'I2', what: 'nobody published this event', ...refOf(call) }));
}

/** I3. */
function findCrossed({ published, subscriptions }: Evidence, calls: readonly Call[]): Violation[] {
  const owners = new Map(subscriptions.map(({ id, accountId }) => [id, accountId]));
  const publishers = new Map(published.map(({ id, accountId }) => [id, accountId]));
  return calls.flatMap((call): Violation[] => {
    const publisher = call.event && publishers.get(call.event.id);
    const owner = owners.get(call.subscriptionId);
    if (publisher === undefined || publisher === owner) return [];
    return [{ invariant: 'I3', what: `an event of ${publisher} at ${owner}`, ...refOf(call) }];
  });
}

/** I4 and I5. */
function findAltered({ published, subscriptions }: Evidence, calls: readonly Call[]): Violation[] {
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
function findRepeated(evidence: Evidence, calls: readonly Call[]): Violation[] {
  return [...successesByDelivery(evidence, calls).values()]
    .filter((successes) => {
      const excused = evidence.excuses.repeatedCalls + timesInterrupted(evidence, successes[0]);
      return successes.length - 1 > excused;
    })
    .map((successes) => ({
      invariant: 'I6',
      what: `taken ${successes.length} times by its receiver`,
      ...refOf(successes[0]),
    }));
}

/** I7. */
function findUnrecorded(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const { rows, excuses } = evidence;
  const recorded = new Map(rows.map((row) => [keyOf(row.subscriptionId, row.eventId), row.attempts]));
  return [...groupByDelivery(calls)].flatMap(([key, ofDelivery]): Violation[] => {
    const attempts = recorded.get(key);
    const excused = excuses.unrecordedCalls + timesInterrupted(evidence, ofDelivery[0]);
    if (attempts === undefined || ofDelivery.length - attempts <= excused) return [];
    const what = `called ${ofDelivery.length} times, recorded ${attempts}`;
    return [{ invariant: 'I7', what, ...refOf(ofDelivery[0]) }];
  });
}

/** How often a function died that had this delivery, or its event, in work: each explains a call. */
function timesInterrupted({ interrupted }: Evidence, call: Call | undefined): number {
  const { subscriptionId, eventId } = refOf(call);
  return interrupted.filter(
    (message) => message.eventId === eventId && [undefined, subscriptionId].includes(message.subscriptionId),
  ).length;
}

/** I8. */
function findSlowedDown({ latencyRatio = 0 }: Evidence): Violation[] {
  if (latencyRatio <= 2) return [];
  const what = `the others' 99th percentile is ${latencyRatio.toFixed(1)} times their baseline`;
  return [{ invariant: 'I8', what }];
}

/** I9. */
function findCalledAfterEnd({ subscriptions }: Evidence, calls: readonly Call[]): Violation[] {
  const ends = new Map(subscriptions.map(({ id, endedAtMs }) => [id, endedAtMs]));
  return calls.flatMap((call): Violation[] => {
    const endedAtMs = ends.get(call.subscriptionId);
    if (endedAtMs === undefined || call.atMs <= endedAtMs + onTheWayMs) return [];
    return [{ invariant: 'I9', what: `called ${call.atMs - endedAtMs} ms after its end`, ...refOf(call) }];
  });
}

/** I10: what was held has become deliveries, each of which has ended, or is held again; under its own identifiers. */
function findLostByRedrive({ redriven, held, rows }: Evidence): Violation[] {
  const stillHeld = new Set(held.map(({ subscriptionId, eventId }) => keyOf(subscriptionId, eventId)));
  const ended = new Set(
    rows
      .filter(({ state }) => state === 'delivered')
      .flatMap(({ subscriptionId, eventId }) => [keyOf(subscriptionId, eventId), keyOf(undefined, eventId)]),
  );
  return redriven
    .filter(({ subscriptionId, eventId }) => {
      const key = keyOf(subscriptionId, eventId);
      return !stillHeld.has(key) && !ended.has(key);
    })
    .map(({ subscriptionId, eventId }) => ({
      invariant: 'I10',
      what: 'redriven, and neither delivered nor held again',
      subscriptionId,
      eventId,
    }));
}

/** I11. */
function findSecrets({ texts, secrets }: Evidence): Violation[] {
  return Object.entries(texts).flatMap(([where, text]) =>
    Object.entries(secrets)
      .filter(([, secret]) => text.includes(secret) || text.includes(secret.replace(/^whsec_/, '')))
      .map(([name]) => ({ invariant: 'I11' as const, what: `${name} stands in ${where}` })),
  );
}

/** What receivers answered with 2xx, of events that were published to their own account. */
function successesByDelivery({ published }: Evidence, calls: readonly Call[]): Map<string, Call[]> {
  const known = new Set(published.map(({ id }) => id));
  return groupByDelivery(
    calls.filter(({ event, status = 0 }) => event && known.has(event.id) && status >= 200 && status <= 299),
  );
}

function groupByDelivery(calls: readonly Call[]): Map<string, Call[]> {
  return Map.groupBy(
    calls.filter(({ event }) => event),
    ({ subscriptionId, event }) => keyOf(subscriptionId, event?.id),
  );
}

function refOf(call: Call | undefined) {
  return { subscriptionId: call?.subscriptionId, eventId: call?.event?.id };
}

function keyOf(subscriptionId: string | undefined, eventId: string | undefined): string {
  return `${subscriptionId ?? ''} ${eventId ?? ''}`;
}
