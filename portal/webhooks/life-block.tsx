import { useSignal } from '@preact/signals';
import { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Status } from '../design/status.tsx';
import { texts } from '../i18n/i18n.ts';
import { api, mayManage } from '../session/session.ts';
import { goTo, linkTo } from '../shell/route.ts';
import { explainHealth, hostOf, toneOf, type WebhookDetail } from './health.ts';
import { HoldingActions, type HoldingProps } from './holding-actions.tsx';
import { KeptText } from './kept-text.tsx';
import { PauseDialog } from './pause-dialog.tsx';
import { useAttempt } from './use-attempt.ts';

/** Enables, disables and deletes a webhook; before, it says what will happen to the deliveries that wait. */
export function LifeBlock({ webhook, state, onChanged }: HoldingProps) {
  const {
    webhook: { life: t },
    webhooks,
  } = texts();
  const { id, status } = webhook;
  const asking = useSignal<'disable' | 'delete' | 'pause' | undefined>(undefined);
  const { failure, attempt } = useAttempt(onChanged);
  const disable = () =>
    attempt(async () => {
      await api('PATCH /subscriptions/{id}', { path: { id }, body: { status: 'disabled' } });
      announce(t.disabled);
    });
  const close = () => {
    asking.value = undefined;
  };
  const askAgain = () => attempt(() => api('POST /subscriptions/{id}/verify', { path: { id } }));
  return (
    <section class="card block">
      <h2>{t.title}</h2>
      <p class="life-state">
        <Status tone={toneOf[state]}>{webhooks.states[state].word}</Status>
      </p>
      <p class="muted">{explainHealth(webhook, state)}</p>
      {mayManage.value ? (
        <div class="block-actions">
          <HoldingActions webhook={webhook} state={state} onChanged={onChanged} />
          {status === 'disabled' ? null : (
            <Button
              onClick={() => {
                asking.value = 'disable';
              }}
            >
              {t.disable}
            </Button>
          )}
          {status === 'pending' ? <Button onClick={askAgain}>{t.askAgain}</Button> : null}
          <Button
            kind="danger"
            onClick={() => {
              asking.value = 'delete';
            }}
          >
            {t.delete}
          </Button>
        </div>
      ) : null}
      <FailureNotice failure={failure.value} />
      {asking.value === 'pause' ? (
        <PauseDialog webhook={webhook} onClose={close} onChanged={onChanged} />
      ) : asking.value ? (
        <EndDialog
          webhook={webhook}
          act={asking.value}
          onClose={close}
          onDisable={disable}
          onPause={() => {
            asking.value = 'pause';
          }}
        />
      ) : null}
    </section>
  );
}

const mostCounted = 100;

function EndDialog(props: {
  readonly webhook: WebhookDetail;
  readonly act: 'disable' | 'delete';
  readonly onClose: () => void;
  readonly onDisable: () => Promise<unknown>;
  readonly onPause: () => void;
}) {
  const { webhook, act, onClose, onDisable, onPause } = props;
  const {
    webhook: { life: t },
    common,
  } = texts();
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const host = hostOf(webhook);
  const end = async () => {
    if (act === 'disable') await onDisable();
    else {
      try {
        await api('DELETE /subscriptions/{id}', { path: { id: webhook.id } });
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        failure.value = error;
        return;
      }
      goTo(linkTo([]));
    }
    onClose();
  };
  return (
    <Dialog
      title={act === 'disable' ? t.disableTitle(host) : t.deleteTitle(host)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          {act === 'disable' && webhook.status === 'enabled' ? (
            <Button onClick={onPause}>{t.pauseInstead}</Button>
          ) : null}
          <Button kind="danger-primary" onClick={end}>
            {act === 'disable' ? t.disable : t.delete}
          </Button>
        </>
      }
    >
      <p>
        {act === 'disable' ? t.disableText : t.deleteText} <WaitingText id={webhook.id} />
      </p>
      {webhook.parked.count > 0 ? (
        <p>
          <KeptText parked={webhook.parked} /> <b>{t.keptDropped}</b>
        </p>
      ) : null}
      {act === 'disable' && webhook.status === 'enabled' ? <p>{t.pauseKeeps}</p> : null}
      <FailureNotice failure={failure.value} />
    </Dialog>
  );
}

function WaitingText({ id }: { readonly id: string }) {
  const {
    webhook: { life: t },
  } = texts();
  const waiting = useResource(`waiting-now ${id}`, async (signal) => {
    const query = { status: 'waiting', limit: mostCounted };
    return (await api('GET /subscriptions/{id}/deliveries', { path: { id }, query }, { signal })).body;
  }).value.value;
  if (!waiting) return <Skeleton width="60%" />;
  const count = waiting.items.length;
  return <b>{count === 0 ? t.waitingNone : t.waiting(count, waiting.nextCursor !== null)}</b>;
}
