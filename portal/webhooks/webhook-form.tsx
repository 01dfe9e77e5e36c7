import '../styles/forms.css';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { ApiFailure } from '../api/problem.ts';
import { Button } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Field } from '../design/field.tsx';
import { texts } from '../i18n/i18n.ts';
import { session } from '../session/session.ts';
import type { Draft } from './draft.ts';
import { HeadersField } from './headers-field.tsx';
import { issueOf } from './issues.ts';
import { TypePicker } from './type-picker.tsx';
import { UrlField } from './url-field.tsx';

interface WebhookFormProps {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly submitLabel: string;
  /** Rejects with why it could not be saved. Nothing that was typed is lost then. */
  readonly onSubmit: () => Promise<void>;
  /** Other buttons. */
  readonly actions?: ComponentChildren;
  readonly isUnchanged?: boolean;
  /** Opens the settings that few need. */
  readonly showMore?: boolean;
}

/** Adds or changes a webhook. */
export function WebhookForm(props: WebhookFormProps) {
  const { draft, onChange, submitLabel, onSubmit, actions, isUnchanged = false, showMore = false } = props;
  const { form: t } = texts();
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const submit = async () => {
    failure.value = undefined;
    await onSubmit().catch((error: unknown) => {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    });
  };
  const issue = (field: string) => issueOf(failure.value, field);
  const change = (part: Partial<Draft>) => {
    onChange(part);
    if (failure.value?.slug === 'invalid-request') failure.value = undefined;
  };
  return (
    <form
      class="form"
      noValidate
      // The button submits: a key in a field clicks it too.
      onSubmit={(event) => event.preventDefault()}
    >
      <UrlField value={draft.url} issue={issue('url')} onInput={(url) => change({ url })} />
      <TypePicker
        value={draft.eventTypes}
        issue={issue('eventTypes')}
        onChange={(eventTypes) => change({ eventTypes })}
      />
      <Field label={t.description} optional hint={t.descriptionHint} issue={issue('description')}>
        {(id, describedBy, isInvalid) => (
          <input
            id={id}
            class="input"
            value={draft.description}
            aria-describedby={describedBy}
            aria-invalid={isInvalid}
            onInput={({ currentTarget }) => change({ description: currentTarget.value })}
          />
        )}
      </Field>
      <details class="more" open={showMore || ['headers', 'timeoutMs', 'rateLimit'].some(issue)}>
        <summary>{t.more}</summary>
        <HeadersField
          headers={draft.headers}
          issue={issue('headers')}
          onChange={(headers) => change({ headers })}
        />
        <Limits draft={draft} change={change} issue={issue} />
        <Filters />
      </details>
      <FailureNotice failure={failure.value} />
      <p class="form-actions">
        <Button type="submit" kind="primary" disabled={isUnchanged} onClick={submit}>
          {submitLabel}
        </Button>
        {actions}
      </p>
    </form>
  );
}

function Limits(props: {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly issue: (field: string) => string | undefined;
}) {
  const { draft, change, issue } = props;
  const { form: t } = texts();
  const usualSeconds =
    session.value.kind === 'open' ? String(session.value.limits.callbackTimeoutMs / 1_000) : '';
  return (
    <div class="field-row">
      <Field label={t.timeout} optional hint={t.timeoutHint(usualSeconds)} issue={issue('timeoutMs')}>
        {(id, describedBy, isInvalid) => (
          <input
            id={id}
            class="input num"
            inputMode="decimal"
            placeholder={usualSeconds}
            value={draft.timeoutSeconds}
            aria-describedby={describedBy}
            aria-invalid={isInvalid}
            onInput={({ currentTarget }) => change({ timeoutSeconds: currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t.rateLimit} optional hint={t.rateLimitHint} issue={issue('rateLimit')}>
        {(id, describedBy, isInvalid) => (
          <div class="rate">
            <input
              id={id}
              class="input num"
              inputMode="numeric"
              placeholder={t.noLimit}
              value={draft.rateLimit}
              aria-describedby={describedBy}
              aria-invalid={isInvalid}
              onInput={({ currentTarget }) => change({ rateLimit: currentTarget.value })}
            />
            <select
              class="select"
              aria-label={t.ratePer}
              value={draft.ratePer}
              onChange={({ currentTarget }) => change({ ratePer: currentTarget.value === '60' ? '60' : '1' })}
            >
              <option value="1">{t.perSecond}</option>
              <option value="60">{t.perMinute}</option>
            </select>
          </div>
        )}
      </Field>
    </div>
  );
}

/** Which of the events of its types a webhook gets: as yet, all of them. */
function Filters() {
  const { form: t } = texts();
  return (
    <div class="field">
      <span class="field-label">{t.filter}</span>
      <p class="hint">{t.filterHint}</p>
    </div>
  );
}
