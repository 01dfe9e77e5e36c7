import { useSignal } from '@preact/signals';
import type { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { CopyButton } from '../design/copy-button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { BackIcon, CloseIcon, ResendIcon } from '../design/icons.tsx';
import { Notice } from '../design/notice.tsx';
import { SidePanel } from '../design/side-panel.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Status } from '../design/status.tsx';
import { texts } from '../i18n/i18n.ts';
import { sayAll } from '../i18n/say.ts';
import { api, mayManage } from '../session/session.ts';
import { useKeys } from '../shell/keys.ts';
import { linkTo } from '../shell/route.ts';
import { toCurl } from './curl.ts';
import { type DeliveryDetail, mayBeResent, toneOfDelivery } from './delivery.ts';
import { Exchange } from './exchange.tsx';
import { resend } from './resend.ts';
import { Timeline } from './timeline.tsx';

interface DeliveryPanelProps {
  readonly id: string;
  /** The webhook's URL, as the viewer may see it. */
  readonly url: string;
  readonly onClose: () => void;
}

/** A delivery in full. It is read again and again while it waits. */
export function DeliveryPanel({ id, url, onClose }: DeliveryPanelProps) {
  const { deliveries: t, common } = texts();
  const detail = useResource(`delivery ${id}`, (abort) => readDelivery(id, abort), 2_000);
  const delivery = detail.value.value;
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const sendAgain = async () => {
    failure.value = await resend(id);
    if (!failure.value) announce(t.resent);
    await detail.refresh();
  };
  useKeys({
    Escape: onClose,
    ...(mayManage.value && delivery && mayBeResent(delivery) ? { r: () => void sendAgain() } : {}),
  });
  return (
    <SidePanel label={t.details}>
      <header class="panel-head">
        <div class="panel-title">
          <Button kind="quiet" small class="narrow-only" label={common.back} onClick={onClose}>
            <BackIcon />
          </Button>
          <h2 class="grow">{delivery?.eventType ?? <Skeleton width="120px" />}</h2>
          {delivery ? <PanelActions delivery={delivery} url={url} onResend={sendAgain} /> : null}
          <Button kind="quiet" small class="wide-only" label={common.close} onClick={onClose}>
            <CloseIcon />
          </Button>
        </div>
        {delivery ? <Summary delivery={delivery} /> : <Skeleton width="100%" />}
        <FailureNotice failure={failure.value ?? detail.failure.value} />
      </header>
      {delivery ? (
        <>
          <Timeline delivery={delivery} />
          <Exchange key={id} delivery={delivery} url={url} />
        </>
      ) : null}
    </SidePanel>
  );
}

async function readDelivery(id: string, signal: AbortSignal) {
  return (await api('GET /deliveries/{id}', { path: { id } }, { signal })).body;
}

function PanelActions({
  delivery,
  url,
  onResend,
}: {
  readonly delivery: DeliveryDetail;
  readonly url: string;
  readonly onResend: () => Promise<void>;
}) {
  const { deliveries: t } = texts();
  const { attempts, body } = delivery;
  const headers = attempts.at(-1)?.request.headers;
  return (
    <div class="panel-actions">
      {headers && body !== null ? (
        <CopyButton label={t.copyCurl} text={() => toCurl(url, headers, body)} />
      ) : null}
      {mayManage.value && mayBeResent(delivery) ? (
        <Button small kind={delivery.status === 'delivered' ? undefined : 'primary'} onClick={onResend}>
          <ResendIcon />
          {t.resend}
        </Button>
      ) : null}
    </div>
  );
}

function Summary({ delivery }: { readonly delivery: DeliveryDetail }) {
  const { deliveries: t } = texts();
  const { status, eventId, sentences } = delivery;
  const tone = toneOfDelivery[status];
  return (
    <>
      <p class="panel-ids">
        <Status tone={tone}>{t.statuses[status]}</Status>
        <a class="mono faint" href={linkTo(['events', eventId])} title={t.showEvent}>
          {eventId}
        </a>
        <CopyButton iconOnly label={t.copyEventId} text={eventId} />
      </p>
      <Notice tone={tone === 'off' ? 'plain' : tone}>{sayAll(sentences)}</Notice>
    </>
  );
}
