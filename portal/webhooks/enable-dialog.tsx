import '../styles/forms.css';
import { useSignal } from '@preact/signals';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';
import { hostOf, type WebhookDetail } from './health.ts';
import { KeptText } from './kept-text.tsx';
import { useAttempt } from './use-attempt.ts';

interface EnableDialogProps {
  readonly webhook: WebhookDetail;
  readonly onClose: () => void;
  readonly onChanged: () => Promise<void>;
}

const choices = ['send', 'discard'] as const;

/** Enables a webhook for which deliveries are kept: its owner says what becomes of them. */
export function EnableDialog({ webhook, onClose, onChanged }: EnableDialogProps) {
  const {
    webhook: { life: t },
    common,
  } = texts();
  const parked = useSignal<(typeof choices)[number]>('send');
  const { failure, attempt } = useAttempt(onChanged);
  const enable = async () => {
    const body = { status: 'enabled', parked: parked.value } as const;
    const isEnabled = await attempt(() =>
      api('PATCH /subscriptions/{id}', { path: { id: webhook.id }, body }),
    );
    if (!isEnabled) return;
    announce(t.enabled);
    onClose();
  };
  return (
    <Dialog
      title={t.enableTitle(hostOf(webhook))}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button kind="primary" onClick={enable}>
            {t.enable}
          </Button>
        </>
      }
    >
      <p>
        <KeptText parked={webhook.parked} />
      </p>
      <fieldset class="field">
        <legend>{t.keptQuestion}</legend>
        {choices.map((one) => (
          <label key={one} class="radio">
            <input
              type="radio"
              class="check"
              name="parked"
              checked={parked.value === one}
              onChange={() => {
                parked.value = one;
              }}
            />
            {t.keptChoices[one]}
          </label>
        ))}
      </fieldset>
      <FailureNotice failure={failure.value} />
    </Dialog>
  );
}
