import { useSignal } from '@preact/signals';
import { ApiFailure } from '../api/problem.ts';
import { TestAnswer } from '../deliveries/test-answer.tsx';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';
import { useEventTypes } from './event-types.ts';
import type { Webhook } from './health.ts';
import { isTicked } from './selectors.ts';

interface SendTestProps {
  readonly webhook: Pick<Webhook, 'id' | 'eventTypes'>;
  readonly onClose: () => void;
}

/** Sends an example of an event type, and shows what the receiver answers. */
export function SendTest({ webhook, onClose }: SendTestProps) {
  const { webhook: t, common } = texts();
  return (
    <Dialog
      wide
      title={t.sendTest}
      onClose={onClose}
      actions={<Button onClick={onClose}>{common.close}</Button>}
    >
      <TestForm webhook={webhook} onShow={onClose} />
    </Dialog>
  );
}

interface TestFormProps extends Pick<SendTestProps, 'webhook'> {
  /** Its owner goes to the delivery. */
  readonly onShow?: () => void;
}

export function TestForm({ webhook, onShow }: TestFormProps) {
  const { webhook: t } = texts();
  const types = useEventTypes().value.value ?? [];
  const usual = types.find(({ type }) => isTicked(type, webhook.eventTypes))?.type;
  const chosen = useSignal<string | undefined>(undefined);
  const sent = useSignal<string | undefined>(undefined);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const eventType = chosen.value ?? usual;
  const send = async () => {
    failure.value = undefined;
    try {
      const body = { eventType } as { eventType: never };
      const { body: delivery } = await api('POST /subscriptions/{id}/test', {
        path: { id: webhook.id },
        body,
      });
      sent.value = delivery.id;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  return (
    <div class="test-form">
      <div class="inline-form">
        <label class="grow">
          <span class="off-screen">{t.testType}</span>
          <select
            class="select grow"
            value={eventType}
            onChange={({ currentTarget }) => {
              chosen.value = currentTarget.value;
            }}
          >
            {types.map(({ type, name }) => (
              <option key={type} value={type}>
                {type} · {name}
              </option>
            ))}
          </select>
        </label>
        <Button kind="primary" disabled={!eventType} onClick={send}>
          {sent.value ? t.sendAnother : t.sendTest}
        </Button>
      </div>
      <p class="muted">{t.testHint}</p>
      <FailureNotice failure={failure.value} />
      {sent.value ? (
        <TestAnswer key={sent.value} deliveryId={sent.value} subscriptionId={webhook.id} onShow={onShow} />
      ) : null}
    </div>
  );
}
