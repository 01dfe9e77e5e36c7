import * as z from 'zod';
import type { ExhaustionReason } from '../core/deliveries/retry-policy.ts';
import type { DeliveryDirective } from '../core/receivers/delivery-directive.ts';
import type { FailureReason } from '../core/receivers/delivery-outcome.ts';
import { drillType } from '../core/receivers/drill.ts';
import type { ParkReason } from '../core/subscriptions/parking.ts';
import type { LiveLine } from './live-line.ts';

/** An attempt in words, from its log line `delivery.attempted`. */

const attemptSchema = z.looseObject({
  end: z.string(),
  eventType: z.string().optional(),
  subscriptionId: z.string().default(''),
  host: z.string().default(''),
  attemptCount: z.number().default(1),
  outcome: z
    .looseObject({
      kind: z.enum(['success', 'failure']),
      durationMs: z.number().default(0),
      status: z.number().optional(),
      reason: z.string().optional(),
      refusal: z.string().optional(),
      errorCode: z.string().optional(),
      directive: z.string().optional(),
    })
    .optional(),
  decision: z
    .looseObject({ kind: z.string(), delaySeconds: z.number().optional(), reason: z.string().optional() })
    .optional(),
  reason: z.string().optional(),
  limit: z.string().optional(),
  waitMs: z.number().default(0),
  verification: z
    .looseObject({ state: z.string(), status: z.number().optional(), reason: z.string().optional() })
    .optional(),
});
type Attempt = z.output<typeof attemptSchema>;
type Outcome = NonNullable<Attempt['outcome']>;

/** Says how the attempt ended, and at which receiver and subscription. Undefined if it came to nothing. */
export function describeAttempt(record: unknown): LiveLine | undefined {
  const { success, data: attempt } = attemptSchema.safeParse(record);
  const line = success ? endings[attempt.end]?.(attempt) : undefined;
  if (!success || !line) return undefined;
  return {
    kind: line.kind,
    text: [line.text, attempt.host, attempt.subscriptionId].filter(Boolean).join('  '),
  };
}

type Describe = (attempt: Attempt) => LiveLine | undefined;

const endings: Readonly<Record<string, Describe>> = {
  settled: (attempt) => attempt.outcome && describeCall(attempt, attempt.outcome),
  answered: (attempt) =>
    attempt.eventType === drillType ? describeProbe(attempt) : describeConsent(attempt),
  cancelled: ({ reason = '' }) => ({ kind: 'cancelled', text: inWords(reason) }),
  expired: () => ({ kind: 'given up', text: 'its time is over' }),
  parked: ({ reason = '' }) => ({ kind: 'kept', text: keptBack[reason] ?? inWords(reason) }),
  postponed: describeWait,
  deferred: () => ({ kind: 'waits', text: 'the receiver is slow, or its account has no place left' }),
};

function describeConsent({ verification: { state = '', reason } = { state: '' } }: Attempt): LiveLine {
  return { kind: 'consent', text: reason ? `${state}: ${inWords(reason)}` : state };
}

/** Whether the answer is right, the page says: a wrong signature should be refused. */
function describeProbe({ verification: { status, reason = '' } = { state: '' } }: Attempt): LiveLine {
  return { kind: 'drill', text: status === undefined ? inWords(reason) : `answered ${status}` };
}

function describeWait({ waitMs, limit = '' }: Attempt): LiveLine {
  return { kind: 'waits', text: `${duration(waitMs / 1_000)}, limit: ${inWords(limit)}` };
}

function describeCall({ attemptCount, decision }: Attempt, outcome: Outcome): LiveLine {
  const time = `in ${Math.round(outcome.durationMs)} ms`;
  const nth = attemptCount > 1 ? `, attempt ${attemptCount}` : '';
  const effect = disables(outcome) ? ': the subscription is disabled' : '';
  if (outcome.kind === 'success')
    return { kind: 'delivered', text: `${outcome.status} ${time}${nth}${effect}` };
  const cause = `${describeFailure(outcome)} ${time}`;
  if (effect) return { kind: 'disabled', text: `${cause}${effect}` };
  const next = describeNext(decision);
  if (next) return { kind: 'failed', text: `${cause}${nth}, ${next}` };
  const last = ends[decision?.reason ?? ''] ?? '';
  return {
    kind: 'given up',
    text: `${cause}, after ${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'}${last}`,
  };
}

const keptBack: Readonly<Record<string, string>> = {
  failing: 'the receiver fails; one call is made now and then',
  throttled: 'the receiver asked for fewer calls',
  paused: 'the webhook is paused',
  disabled: 'iOmniHub disabled the webhook',
  draining: 'what was kept before goes first',
  'rate-limit': 'more has come than its limit lets through',
  'account-paused': 'all calls of the account are stopped',
  'stage-paused': 'all calls are stopped',
} satisfies Record<ParkReason, string>;

/** Undefined if nothing follows. */
function describeNext(decision: Attempt['decision']): string | undefined {
  if (decision?.kind === 'parked') return 'kept until it works';
  return decision?.kind === 'retry' ? `again in ${duration(decision.delaySeconds ?? 0)}` : undefined;
}

function disables({ reason, directive }: Outcome): boolean {
  return reason === ('gone' satisfies FailureReason) || directive === ('disable' satisfies DeliveryDirective);
}

const ends: Readonly<Record<string, string>> = {
  expired: ', its time is over',
  aborted: ', the receiver wants no other attempt',
} satisfies Partial<Record<ExhaustionReason, string>>;

const failures: Readonly<Record<string, string>> = {
  dns: 'its name leads to no address',
  timeout: 'no answer in time',
  protocol: 'no answer that is HTTP',
  'address-forbidden': 'not called, its address is not public',
} satisfies Partial<Record<FailureReason, string>>;

function describeFailure({ status, reason = 'failure', refusal, errorCode }: Outcome): string {
  if (status !== undefined) return `answered ${status}`;
  const detail = refusal ?? errorCode;
  return `${failures[reason] ?? inWords(reason)}${detail ? ` (${detail})` : ''}`;
}

/** `connection-refused` -> `connection refused` */
function inWords(name: string): string {
  return name.replaceAll('-', ' ');
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
