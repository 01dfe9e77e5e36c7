import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { ApiFailure } from '../api/problem.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Notice } from '../design/notice.tsx';
import { Time } from '../design/time.tsx';
import { texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';
import { SecretText } from './secret-text.tsx';

/** In seconds. */
const overlaps = [86_400, 604_800, 3_600, 60] as const;

/** Makes a new secret, and says how long the old one still signs. */
export function RotateDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const {
    webhook: { secret: t },
    common,
  } = texts();
  const overlap = useSignal<(typeof overlaps)[number]>(86_400);
  const rotated = useSignal<RouteAnswer<'POST /subscriptions/{id}/secret/rotate'> | undefined>(undefined);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const idempotencyKey = useMemo(() => crypto.randomUUID(), [overlap.value]);
  const rotate = async () => {
    failure.value = undefined;
    const body = { overlapSeconds: overlap.value };
    try {
      const request = { path: { id }, body };
      rotated.value = (await api('POST /subscriptions/{id}/secret/rotate', request, { idempotencyKey })).body;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  if (rotated.value) {
    return (
      <Dialog
        title={t.rotateTitle}
        onClose={onClose}
        actions={<Button onClick={onClose}>{common.close}</Button>}
      >
        <Rotated rotated={rotated.value} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t.rotateTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="primary" onClick={rotate}>
            {t.rotateNow}
          </Button>
        </>
      }
    >
      <p>{t.rotateText}</p>
      <fieldset class="field">
        <legend>{t.overlap}</legend>
        {overlaps.map((seconds) => (
          <label key={seconds} class="radio">
            <input
              type="radio"
              class="check"
              name="overlap"
              checked={overlap.value === seconds}
              onChange={() => {
                overlap.value = seconds;
              }}
            />
            {t.overlaps[seconds]}
          </label>
        ))}
      </fieldset>
      <FailureNotice failure={failure.value} />
    </Dialog>
  );
}

function Rotated({ rotated }: { readonly rotated: RouteAnswer<'POST /subscriptions/{id}/secret/rotate'> }) {
  const {
    webhook: { secret: t },
  } = texts();
  const { secret, previousExpiresAt } = rotated;
  return (
    <>
      <Notice tone="ok" title={t.rotated} urgent>
        {previousExpiresAt ? (
          <>
            {t.oldUntil} <Time at={previousExpiresAt} as="short" />.
          </>
        ) : (
          t.noOld
        )}{' '}
        {t.doneHint}
      </Notice>
      {secret ? <SecretText secret={secret} /> : <p class="muted">{t.notAllowed}</p>}
    </>
  );
}
