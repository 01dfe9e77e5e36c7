/**
 * What others have seen of a run: what was published, what receivers wrote down themselves, and the table and
 * dead-letter queues at rest.
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
  /** The others' latency, less a second, over that of their baseline; absent where it was not measured. */
  readonly latencyRatio?: number;
  readonly excuses: Excuses;
  /** What comes later is no answer. */
  readonly deadlineMs: number;
  /** How many attempts a delivery gets before it is given up, by the shortest schedule that is at work. */
  readonly fewestAttempts: number;
  /** By the longest one. */
  readonly mostAttempts: number;
  /** How long a delivery is tried at most. */
  readonly horizonMs: number;
  /** The least time between two calls to a receiver that fails; undefined where nothing holds calls back. */
  readonly probeEveryMs: number | undefined;
  /** What functions were working on when they died or their time was over, once for every time. */
  readonly interrupted: readonly InterruptionEvidence[];
}

/** What the injected fault explains; the calls for each delivery. */
export interface Excuses {
  /** Calls that were answered with 2xx beyond the first. */
  readonly repeatedCalls: number;
  /** Calls that were made and could not be recorded. */
  readonly unrecordedCalls: number;
  /** Calls beyond the schedule that are recorded, and were not counted. */
  readonly uncountedCalls: number;
  /** How far the clock is off of what signs. */
  readonly clockOffMs: number;
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
  /** Its owner had it called at another path, from then on. */
  readonly moved?: { readonly path: string; readonly atMs: number };
  /** Its address may not be called: its deliveries end at their first attempt. */
  readonly isForbidden?: boolean;
  /** To the end its receiver takes no calls, or somebody wants none: what it was to get may stay parked. */
  readonly isHeldBack?: boolean;
  /** Between these times nothing is to be called. */
  readonly quiet?: readonly { readonly fromMs: number; readonly untilMs: number }[];
  /** All that ever signed. */
  readonly secrets: readonly SecretEvidence[];
  /** What its owner wants to be sent with every call. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SecretEvidence {
  readonly text: string;
  /** As the API promises. */
  readonly fromMs: number;
  /** Absent for one that no rotation has ended. */
  readonly untilMs?: number;
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
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Absent if it was to give no answer. */
  readonly status?: number;
  /** Absent if it did not come to it. */
  readonly answeredAtMs?: number;
}

export interface RowEvidence {
  readonly accountId: string;
  readonly subscriptionId: string;
  readonly eventId: string;
  readonly state: string;
  /** Why it is parked, or has ended. */
  readonly reason?: string;
  /** How many of its calls are recorded as probes, which no schedule counts. */
  readonly probes: number;
  /** When it was last written. */
  readonly atMs: number;
  /** Calls that are written down. */
  readonly attempts: readonly AttemptEvidence[];
}

export interface AttemptEvidence {
  /** Absent if no answer came. */
  readonly status?: number;
}

export interface MessageEvidence {
  readonly eventId: string;
  /** Undefined for an event that has not become deliveries. */
  readonly subscriptionId: string | undefined;
}

export interface InterruptionEvidence extends MessageEvidence {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface HeldEvidence extends MessageEvidence {
  readonly queue: string;
}
