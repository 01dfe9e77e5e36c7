import * as z from 'zod';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import { sayFailure } from './failure-explanations.ts';
import { type Sentence, say, sentenceView } from './sentences.ts';

/** `off`: disabled by its owner. `waiting`: for the consent of its receiver. `problem`: gets no events, and its owner can mend it. */
export const healthLevels = ['ok', 'waiting', 'warning', 'problem', 'off'] as const;

export const healthView = z
  .object({ level: z.enum(healthLevels), sentences: z.array(sentenceView) })
  .meta({ description: 'How the subscription does, and what its owner can do, in words.' });
type Health = z.output<typeof healthView>;

export function healthOf({ status, disabledReason, receiver, verification }: Subscription): Health {
  switch (status) {
    case 'disabled':
      return disabledReason
        ? saying('problem', say(`health.disabled-${disabledReason}`))
        : saying('off', say('health.disabled'));
    case 'pending':
      if (verification?.state === 'asked') return saying('waiting', say('health.asked'));
      if (verification?.state !== 'failed') return saying('waiting', say('health.consent-missing'));
      return saying(
        'problem',
        say('health.consent-failed'),
        ...sayFailure(verification.reason ?? 'status', verification.status),
      );
    case 'enabled':
      if (receiver.refused)
        return saying('problem', say('health.address-forbidden', { at: receiver.refused.since }));
      return receiver.provenAt
        ? saying('ok', say('health.working', { at: receiver.provenAt }))
        : saying('warning', say('health.unproven'));
    default:
      return status satisfies never;
  }
}

function saying(level: Health['level'], ...sentences: Sentence[]): Health {
  return { level, sentences };
}
