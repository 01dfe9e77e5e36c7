import { useSignal } from '@preact/signals';
import { CodeBlock, HttpHead } from '../design/code-block.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import type { Attempt, DeliveryDetail } from './delivery.ts';
import { nameOutcome } from './timeline.tsx';

/** What was sent and what came back, of one attempt. */
export function Exchange({ delivery, url }: { readonly delivery: DeliveryDetail; readonly url: string }) {
  const { deliveries: t } = texts();
  const { attempts, body } = delivery;
  const chosen = useSignal<string | undefined>(undefined);
  const attempt = attempts.find(({ startedAt }) => startedAt === chosen.value) ?? attempts.at(-1);
  if (!attempt) return <p class="panel-note muted">{t.noAttemptYet}</p>;
  return (
    <div class="exchange">
      {attempts.length > 1 ? (
        <label class="attempt-choice">
          <span class="muted">{t.attempt}</span>
          <select
            class="select"
            value={attempt.startedAt}
            onChange={({ currentTarget }) => {
              chosen.value = currentTarget.value;
            }}
          >
            {attempts.map((one, index) => (
              <option key={one.startedAt} value={one.startedAt}>
                {delivery.attemptCount - attempts.length + index + 1}. {nameOutcome(one)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <section>
        <div class="exchange-head">
          <h3>{t.request}</h3>
          {body === null ? null : <CopyButton iconOnly label={t.copyBody} text={body} />}
        </div>
        <CodeBlock label={t.request} text={body ?? t.bodyGone}>
          <HttpHead firstLine={`POST ${URL.parse(url)?.pathname ?? ''}`} headers={attempt.request.headers} />
        </CodeBlock>
      </section>
      <section>
        <div class="exchange-head">
          <h3>{t.response}</h3>
          {attempt.responseExcerpt ? (
            <CopyButton iconOnly label={t.copyResponse} text={attempt.responseExcerpt} />
          ) : null}
        </div>
        <Response attempt={attempt} />
      </section>
    </div>
  );
}

function Response({ attempt }: { readonly attempt: Attempt }) {
  const { deliveries: t } = texts();
  const { status, responseExcerpt, durationMs, remoteAddress } = attempt;
  const facts = {
    [t.took]: formats().duration(durationMs),
    ...(remoteAddress ? { [t.address]: remoteAddress } : {}),
  };
  return (
    <CodeBlock
      label={t.response}
      text={responseExcerpt ?? (status === undefined ? t.noAnswerText : t.emptyBody)}
    >
      <HttpHead firstLine={nameOutcome(attempt)} headers={facts} />
    </CodeBlock>
  );
}
