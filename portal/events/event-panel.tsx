import { useSignal } from '@preact/signals';
import { ApiFailure } from '../api/problem.ts';
import { readAll } from '../api/read-all.ts';
import { useResource } from '../api/resource.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { CodeBlock } from '../design/code-block.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { BackIcon, CloseIcon } from '../design/icons.tsx';
import { SidePanel } from '../design/side-panel.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Status, type Tone } from '../design/status.tsx';
import { Time } from '../design/time.tsx';
import { texts } from '../i18n/i18n.ts';
import { sayAll } from '../i18n/say.ts';
import { api, mayManage } from '../session/session.ts';
import { useKeys } from '../shell/keys.ts';
import { linkTo } from '../shell/route.ts';
import { hostOf, type Webhook } from '../webhooks/health.ts';

type EventDetail = RouteAnswer<'GET /events/{id}'>;
type AtWebhook = EventDetail['subscriptions'][number];

interface EventPanelProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** An event, and for each webhook why it was or was not delivered. */
export function EventPanel({ id, onClose }: EventPanelProps) {
  const { events: t, common } = texts();
  const detail = useResource(
    `event ${id}`,
    async (signal) => (await api('GET /events/{id}', { path: { id } }, { signal })).body,
    3_000,
  );
  const webhooks = useResource('webhooks', async (signal) =>
    readAll(async (cursor) => (await api('GET /subscriptions', { query: { cursor } }, { signal })).body),
  ).value.value;
  const event = detail.value.value;
  useKeys({ Escape: onClose });
  return (
    <SidePanel label={t.details}>
      <header class="panel-head">
        <div class="panel-title">
          <Button kind="quiet" small class="narrow-only" label={common.back} onClick={onClose}>
            <BackIcon />
          </Button>
          <h2 class="grow">{event?.type ?? <Skeleton width="120px" />}</h2>
          <Button kind="quiet" small class="wide-only" label={common.close} onClick={onClose}>
            <CloseIcon />
          </Button>
        </div>
        <p class="panel-ids">
          <span class="mono faint">{id}</span>
          <CopyButton iconOnly label={t.copyId} text={id} />
          {event ? <Time at={event.acceptedAt} /> : null}
        </p>
        <FailureNotice failure={detail.failure.value} onRetry={detail.refresh} />
      </header>
      {event ? (
        <>
          <h3 class="panel-section">{t.atWebhooks}</h3>
          {event.subscriptions.length === 0 ? <p class="panel-note muted">{t.noWebhooks}</p> : null}
          <ul class="outcomes">
            {event.subscriptions.map((one) => (
              <Outcome
                key={one.subscriptionId}
                one={one}
                eventId={id}
                webhook={webhooks?.find((webhook) => webhook.id === one.subscriptionId)}
                onSent={detail.refresh}
              />
            ))}
          </ul>
          <div class="exchange-head">
            <h3>{t.body}</h3>
            <CopyButton iconOnly label={texts().deliveries.copyBody} text={event.body} />
          </div>
          <CodeBlock label={t.body} text={event.body} />
        </>
      ) : null}
    </SidePanel>
  );
}

const toneOf: Readonly<Record<AtWebhook['outcome'], Tone>> = {
  delivered: 'ok',
  waiting: 'warn',
  parked: 'warn',
  failed: 'bad',
  cancelled: 'off',
  'no-longer-known': 'off',
  'not-subscribed': 'off',
  disabled: 'off',
  pending: 'off',
  'account-suspended': 'off',
  'created-later': 'off',
};

function Outcome(props: {
  readonly one: AtWebhook;
  readonly eventId: string;
  /** Undefined if it was deleted. */
  readonly webhook: Webhook | undefined;
  readonly onSent: () => Promise<void>;
}) {
  const { one, eventId, webhook, onSent } = props;
  const { events: t } = texts();
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const { subscriptionId, outcome, sentences, delivery } = one;
  const send = async () => {
    failure.value = undefined;
    try {
      const request = { path: { id: eventId }, body: { subscriptionId } };
      await api('POST /events/{id}/deliveries', request, { idempotencyKey: crypto.randomUUID() });
      announce(texts().deliveries.resent);
      await onSent();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  return (
    <li>
      <div class="outcome-head">
        <a class="grow" href={linkTo(['webhooks', subscriptionId])}>
          {webhook ? hostOf(webhook) : subscriptionId}
        </a>
        <Status tone={toneOf[outcome]}>{t.outcomes[outcome]}</Status>
      </div>
      <p class="muted">{sayAll(sentences)}</p>
      <p class="outcome-actions">
        {delivery ? (
          <a class="link" href={linkTo(['webhooks', subscriptionId, 'deliveries', delivery.id])}>
            {t.showDelivery}
          </a>
        ) : null}
        {mayManage.value && webhook?.status === 'enabled' && outcome !== 'waiting' ? (
          <Button small onClick={send}>
            {outcome === 'delivered' ? t.sendAgain : t.send}
          </Button>
        ) : null}
      </p>
      <FailureNotice failure={failure.value} />
    </li>
  );
}
