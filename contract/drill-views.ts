import * as z from 'zod';
import { type Attempt, type Delivery, isOpen } from '../core/deliveries/delivery.ts';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';
import { isRight, type ProbeCode, probes, type Verdict, verdictOf } from '../core/receivers/drill.ts';
import { sayCancellation, sayFailure } from './failure-explanations.ts';
import { type Sentence, say, sentenceView } from './sentences.ts';

const probeCodes = probes.map(({ code }) => code);

const probeView = z.object({
  code: z.enum(probeCodes),
  expects: z.enum(['accept', 'refuse']),
  state: z.enum(['waiting', 'answered', 'unanswered', 'not-made']),
  isRight: z.boolean().optional().meta({ description: 'Did the receiver do what it should?' }),
  sentences: z
    .array(sentenceView)
    .meta({ description: 'What the call is, what the receiver did, and what to do if that is wrong.' }),
  status: z.int().optional().meta({ description: 'The HTTP status of the answer, if there was one.' }),
  durationMs: z.int().nonnegative().optional(),
  responseExcerpt: z.string().optional().meta({ description: 'Hostile text: never show it as HTML.' }),
});

export const drillView = z
  .object({
    id: z.string(),
    subscriptionId: identifierSchema,
    startedAt: timestampSchema,
    state: z.enum(['running', 'finished']),
    probes: z.array(probeView),
  })
  .meta({ id: 'Drill', description: 'What a receiver does with good calls and with wrong ones.' });

/** A call of a drill: its row, and its attempt once it was made. */
export interface ProbeResult {
  readonly code: ProbeCode;
  readonly row: Delivery | undefined;
  readonly attempt: Attempt | undefined;
}

export function presentProbe({ code, row, attempt }: ProbeResult): z.output<typeof probeView> {
  const expects = probes.find((probe) => probe.code === code)?.expects ?? 'accept';
  const shown = { code, expects };
  const about = say(`drill.${code}`);
  if (row && isOpen(row)) return { ...shown, state: 'waiting', sentences: [about, say('drill.waiting')] };
  if (attempt) return { ...shown, ...presentAnswer(shown, attempt) };
  const reason = row?.state === 'cancelled' ? [sayCancellation(row.reason)] : [];
  return { ...shown, state: 'not-made', sentences: [about, say('drill.not-made'), ...reason] };
}

function presentAnswer(
  { code, expects }: Pick<z.output<typeof probeView>, 'code' | 'expects'>,
  { outcome }: Attempt,
): Omit<z.output<typeof probeView>, 'code' | 'expects'> {
  const { status, durationMs, responseExcerpt } = outcome;
  const verdict = verdictOf(status);
  const right = isRight(expects, verdict);
  return {
    state: verdict === 'unanswered' ? 'unanswered' : 'answered',
    isRight: right,
    sentences: [
      say(`drill.${code}`),
      sayVerdict(verdict, status ?? 0, right),
      ...(outcome.kind === 'failure' && verdict === 'unanswered'
        ? sayFailure(outcome.reason, undefined)
        : []),
      ...(right ? [] : [say(`drill.advice.${code}`)]),
    ],
    ...(status === undefined ? {} : { status }),
    durationMs,
    ...(responseExcerpt === undefined ? {} : { responseExcerpt }),
  };
}

function sayVerdict(verdict: Verdict, status: number, right: boolean): Sentence {
  switch (verdict) {
    case 'accepted':
      return say(right ? 'drill.accepted-rightly' : 'drill.accepted-wrongly', { status });
    case 'refused':
      return say(right ? 'drill.refused-rightly' : 'drill.refused-wrongly', { status });
    case 'failed':
      return say('drill.failed', { status });
    case 'unanswered':
      return say('drill.unanswered');
    default:
      return verdict satisfies never;
  }
}
