import * as z from 'zod';
import type { Receiver } from '../core/receivers/receiver.ts';
import type { Drain } from '../core/subscriptions/drain.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import { sayFailure } from './failure-explanations.ts';
import { type Sentence, say, sentenceView } from './sentences.ts';

/** `off`: disabled by its owner. `paused`: by its owner, or with all others by an operator. `waiting`: for the consent of its receiver. `problem`: gets no events, and its owner can mend it. */
export const healthLevels = ['ok', 'waiting', 'warning', 'problem', 'paused', 'off'] as const;

export const healthView = z
  .object({ level: z.enum(healthLevels), sentences: z.array(sentenceView) })
  .meta({ description: 'How the subscription does, and what its owner can do, in words.' });
type Health = z.output<typeof healthView>;

export function healthOf(subscription: Subscription): Health {
  switch (subscription.status) {
    case 'disabled':
      return sayDisabled(subscription);
    case 'pending':
      return sayPending(subscription);
    case 'enabled':
      return sayEnabled(subscription);
    default:
      return subscription.status satisfies never;
  }
}

/** How all subscriptions do that are not disabled, while an operator has stopped all calls. */
export const stoppedHealth: Health = saying('paused', say('health.stopped'));

function sayDisabled({ disabledReason, keptUntil }: Subscription): Health {
  if (!disabledReason) return saying('off', say('health.disabled'));
  const kept = keptUntil ? [say('health.kept', { at: keptUntil })] : [];
  return saying('problem', say(`health.disabled-${disabledReason}`), ...kept);
}

function sayPending({ verification }: Subscription): Health {
  if (verification?.state === 'asked') return saying('waiting', say('health.asked'));
  if (verification?.state !== 'failed') return saying('waiting', say('health.consent-missing'));
  const why = sayFailure(verification.reason ?? 'status', verification.status);
  return saying('problem', say('health.consent-failed'), ...why);
}

function sayEnabled({ pause, drain, receiver }: Subscription): Health {
  if (pause) return saying('paused', say('health.paused', { at: pause.until }));
  if (receiver.refused)
    return saying('problem', say('health.address-forbidden', { at: receiver.refused.since }));
  if (receiver.breaker) return saying('problem', ...sayBreaker(receiver));
  if (receiver.throttledUntil)
    return saying('warning', say('health.throttled', { at: receiver.throttledUntil }));
  return sayWorking(receiver, drain ? [sayDrain(drain)] : []);
}

function sayDrain({ discardUntil }: Drain): Sentence {
  return discardUntil === undefined ? say('health.draining') : say('health.discarding', { at: discardUntil });
}

function sayWorking({ provenAt }: Receiver, more: readonly Sentence[]): Health {
  return provenAt
    ? saying('ok', say('health.working', { at: provenAt }), ...more)
    : saying('warning', say('health.unproven'), ...more);
}

/** Ends with what the receiver answered last, and what its owner can do. */
function sayBreaker({ breaker, failing }: Receiver): Sentence[] {
  const since = failing?.since ?? breaker?.openedAt ?? '';
  const last = sayFailure(failing?.lastReason ?? 'status', failing?.lastStatus);
  switch (breaker?.state) {
    case 'open':
      return [say('health.failing', { since, at: breaker.until }), ...last];
    case 'probing':
      return [say('health.probing', { since }), ...last];
    default:
      return [say('health.half-open', { since }), ...last];
  }
}

function saying(level: Health['level'], ...sentences: Sentence[]): Health {
  return { level, sentences };
}
