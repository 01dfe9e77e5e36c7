import '../styles/forms.css';
import { useSignal } from '@preact/signals';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Field } from '../design/field.tsx';
import { Time } from '../design/time.tsx';
import { texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';
import { now } from '../shell/clock.ts';
import { hostOf, type Webhook } from './health.ts';
import { endOfPause, type PauseLength, pauseLengths } from './pause-length.ts';
import { useAttempt } from './use-attempt.ts';

interface PauseDialogProps {
  readonly webhook: Webhook;
  readonly onClose: () => void;
  readonly onChanged: () => Promise<void>;
}

/** Pauses a webhook, or moves the end of its pause; says what happens meanwhile, and then. */
export function PauseDialog({ webhook, onClose, onChanged }: PauseDialogProps) {
  const {
    webhook: { pause: t },
    common,
  } = texts();
  const length = useSignal<PauseLength>('hour');
  const given = useSignal('');
  const { failure, attempt } = useAttempt(onChanged);
  const end = endOfPause(length.value, now.value, given.value);
  const pause = async () => {
    if (!end) return;
    // The longest pause ends when the API says: its clock may be another one.
    const body = length.value === 'week' ? {} : { until: end.toISOString() };
    const isPaused = await attempt(() =>
      api('POST /subscriptions/{id}/pause', { path: { id: webhook.id }, body }),
    );
    if (!isPaused) return;
    announce(t.paused);
    onClose();
  };
  return (
    <Dialog
      title={t.dialogTitle(hostOf(webhook))}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="primary" disabled={!end} onClick={pause}>
            {t.pause}
          </Button>
        </>
      }
    >
      <p>{t.text}</p>
      <fieldset class="field">
        <legend>{t.length}</legend>
        {pauseLengths.map((one) => (
          <label key={one} class="radio">
            <input
              type="radio"
              class="check"
              name="pause-length"
              checked={length.value === one}
              onChange={() => {
                length.value = one;
              }}
            />
            {t.lengths[one]}
          </label>
        ))}
      </fieldset>
      {length.value === 'time' ? (
        <Field label={t.until} hint={t.within} issue={given.value !== '' && !end ? t.within : undefined}>
          {(id, describedBy, isInvalid) => (
            <input
              id={id}
              class="input"
              type="datetime-local"
              aria-describedby={describedBy}
              aria-invalid={isInvalid}
              value={given.value}
              onInput={({ currentTarget }) => {
                given.value = currentTarget.value;
              }}
            />
          )}
        </Field>
      ) : null}
      {end ? (
        <p aria-live="polite">
          {t.ends} <Time at={end.toISOString()} as="short" />. {length.value === 'week' ? t.weekHint : null}
        </p>
      ) : null}
      <FailureNotice failure={failure.value} />
    </Dialog>
  );
}
