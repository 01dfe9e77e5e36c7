import type { ComponentChildren } from 'preact';
import { Notice } from '../design/notice.tsx';
import { Time } from '../design/time.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { now } from '../shell/clock.ts';
import { explainHealth, isHolding, toneOf } from './health.ts';
import { HoldingActions, type HoldingProps } from './holding-actions.tsx';
import { KeptText } from './kept-text.tsx';

/** How a webhook does in words, when it goes on, what is kept for it, and what its owner can do. Nothing if all is well. */
export function HealthNotice(props: HoldingProps) {
  const { webhook, state } = props;
  if (state === 'healthy') return null;
  const tone = toneOf[state];
  return (
    <Notice
      tone={tone === 'off' ? 'plain' : tone}
      actions={isHolding(state) ? <HoldingActions {...props} /> : null}
    >
      {explainHealth(webhook, state)}
      <Next {...props} />
      <Fact>{webhook.parked.count > 0 ? <KeptText parked={webhook.parked} /> : null}</Fact>
    </Notice>
  );
}

/** When something happens by itself. */
function Next({ webhook, state }: HoldingProps) {
  const {
    webhook: { pause: t },
  } = texts();
  const { paused, breaker, throttledUntil, failing } = webhook;
  if (state === 'paused' && paused) return <Ahead name={t.ends} at={paused.until} />;
  if (state === 'throttled' && throttledUntil) return <Ahead name={t.nextCall} at={throttledUntil} />;
  if (state !== 'down') return null;
  const disablesAt = failing?.disablesAt;
  return (
    <>
      {breaker?.state === 'open' && breaker.nextCallAt ? (
        <Ahead name={t.nextCall} at={breaker.nextCallAt} />
      ) : null}
      <Fact>{disablesAt ? t.disablesAt(formats().shortTime(new Date(disablesAt), now.value)) : null}</Fact>
    </>
  );
}

/** What is due is done by the next look at all that is due, which is made once a minute. */
function Ahead({ name, at }: { readonly name: string; readonly at: string }) {
  const {
    webhook: { pause: t },
  } = texts();
  return (
    <Fact>
      {name}{' '}
      {new Date(at) > now.value ? (
        <>
          <Time at={at} /> · <Time at={at} as="relative" />
        </>
      ) : (
        t.soon
      )}
    </Fact>
  );
}

function Fact({ children }: { readonly children: ComponentChildren }) {
  return children ? <span class="notice-fact">{children}</span> : null;
}
