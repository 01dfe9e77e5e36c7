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
import { explainHealth, type HealthState, hostOf, toneOf, type Webhook } from './health.ts';

interface LifeBlockProps {
  readonly webhook: Webhook;
  readonly state: HealthState;
  readonly onChanged: () => Promise<void>;
}

/** Enables, disables and deletes a webhook; before, it says what will happen to the deliveries that wait. */
export function LifeBlock({ webhook, state, onChanged }: LifeBlockProps) {
  const {
    webhook: { life: t },
    webhooks,
  } = texts();
  const { id, status } = webhook;
  const asking = useSignal<'disable' | 'delete' | undefined>(undefined);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const attempt = async (change: () => Promise<unknown>) => {
    failure.value = undefined;
    try {
      await change();
      await onChanged();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  const setStatus = (next: 'enabled' | 'disabled') =>
    attempt(async () => {
      await api('PATCH /subscriptions/{id}', { path: { id }, body: { status: next } });
      announce(t[next]);
    });
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
          {status === 'disabled' ? (
            <Button kind="primary" title={t.enableText} onClick={() => setStatus('enabled')}>
              {t.enable}
            </Button>
          ) : (
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
      {asking.value ? (
        <EndDialog
          webhook={webhook}
          act={asking.value}
          onClose={() => {
            asking.value = undefined;
          }}
          onDisable={() => setStatus('disabled')}
        />
      ) : null}
    </section>
  );
}

const mostCounted = 100;

function EndDialog(props: {
  readonly webhook: Webhook;
  readonly act: 'disable' | 'delete';
  readonly onClose: () => void;
  readonly onDisable: () => Promise<void>;
}) {
  const { webhook, act, onClose, onDisable } = props;
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
          <Button kind="danger-primary" onClick={end}>
            {act === 'disable' ? t.disable : t.delete}
          </Button>
        </>
      }
    >
      <p>
        {act === 'disable' ? t.disableText : t.deleteText} <WaitingText id={webhook.id} />
      </p>
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
