import '../styles/deliveries.css';
import '../styles/webhook.css';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useResource } from '../api/resource.ts';
import { DeliveriesCard } from '../deliveries/deliveries-card.tsx';
import { DeliveryPanel } from '../deliveries/delivery-panel.tsx';
import { Button, LinkButton } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { texts } from '../i18n/i18n.ts';
import { api, mayManage } from '../session/session.ts';
import { lazy } from '../shell/lazy.tsx';
import { goTo, linkTo } from '../shell/route.ts';
import { useTitle } from '../shell/title.ts';
import { useEventTypes } from './event-types.ts';
import { type HealthState, healthOf, hostOf, isHolding, type WebhookDetail } from './health.ts';
import { HealthNotice } from './health-notice.tsx';
import { HoldingActions, type HoldingProps } from './holding-actions.tsx';
import { Metrics } from './metrics.tsx';
import { SendTest } from './send-test.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { activityOf, useDay } from './use-day.ts';

const tabs = ['deliveries', 'activity', 'drill', 'settings'] as const;
type Tab = (typeof tabs)[number];

const ActivityTab = lazy(() => import('../charts/activity-tab.tsx').then((module) => module.ActivityTab));
const DrillTab = lazy(() => import('../drill/drill-tab.tsx').then((module) => module.DrillTab));

interface WebhookScreenProps {
  readonly id: string;
  readonly tab: string | undefined;
  readonly deliveryId: string | undefined;
}

/** One webhook: how it does, its deliveries, and what can be changed. */
export function WebhookScreen({ id, tab = 'deliveries', deliveryId }: WebhookScreenProps) {
  const { webhook: t } = texts();
  const found = useResource(
    `webhook ${id}`,
    (signal) => api('GET /subscriptions/{id}', { path: { id } }, { signal }),
    5_000,
  );
  const webhook = found.value.value?.body;
  const day = useDay(id);
  const isTesting = useSignal(false);
  useTitle(webhook ? hostOf(webhook) : t.title);
  if (!webhook) {
    return found.failure.value ? (
      <FailureNotice failure={found.failure.value} onRetry={found.refresh} />
    ) : (
      <Head crumb={<Skeleton width="200px" />} />
    );
  }
  const state = healthOf(webhook, activityOf(day));
  const isOverview = tab === 'deliveries' || tab === 'activity';
  const holding = { webhook, state, onChanged: found.refresh };
  return (
    <>
      <Head crumb={hostOf(webhook)} url={webhook.url} description={webhook.description}>
        <HeadActions
          {...holding}
          isOverview={isOverview}
          onTest={() => {
            isTesting.value = true;
          }}
        />
      </Head>
      {isOverview ? (
        <>
          <HealthNotice {...holding} />
          <Metrics webhook={webhook} state={state} day={day} />
        </>
      ) : null}
      <Tabs id={id} tab={tab} />
      <TabContent {...holding} etag={found.value.value?.etag} tab={tab as Tab} deliveryId={deliveryId} />
      {isTesting.value ? (
        <SendTest
          webhook={webhook}
          onClose={() => {
            isTesting.value = false;
          }}
        />
      ) : null}
    </>
  );
}

function HeadActions({
  isOverview,
  onTest,
  ...holding
}: HoldingProps & { readonly isOverview: boolean; readonly onTest: () => void }) {
  const { webhook: t } = texts();
  const { id, status } = holding.webhook;
  const isEnabled = status === 'enabled';
  if (!mayManage.value) return null;
  return (
    <>
      <Button disabled={!isEnabled} title={isEnabled ? undefined : t.testNeedsEnabled} onClick={onTest}>
        {t.sendTest}
      </Button>
      {/* What holds deliveries back is told below, with what its owner can do. */}
      {isOverview && !isHolding(holding.state) ? <HoldingActions {...holding} /> : null}
      <LinkButton href={linkTo(['webhooks', id, 'settings'])}>{t.edit}</LinkButton>
    </>
  );
}

function Head(props: {
  readonly crumb: ComponentChildren;
  readonly url?: string;
  readonly description?: string;
  readonly children?: ComponentChildren;
}) {
  const { webhooks: t } = texts();
  return (
    <div class="top">
      <div class="grow">
        <div class="crumbs">
          <a href={linkTo([])}>{t.title}</a>
          <span aria-hidden="true">/</span>
          <h1 title={props.url}>{props.crumb}</h1>
        </div>
        {props.description ? <p class="muted">{props.description}</p> : null}
      </div>
      {props.children}
    </div>
  );
}

function Tabs({ id, tab }: { readonly id: string; readonly tab: string }) {
  const { webhook: t } = texts();
  return (
    <nav class="tabs" aria-label={t.sections}>
      {tabs
        .filter((one) => one !== 'drill' || mayManage.value)
        .map((one) => (
          <a key={one} href={linkTo(['webhooks', id, one])} aria-current={one === tab ? 'page' : undefined}>
            {t.tabs[one]}
          </a>
        ))}
    </nav>
  );
}

function TabContent({
  webhook,
  state,
  etag,
  tab,
  deliveryId,
  onChanged,
}: {
  readonly webhook: WebhookDetail;
  readonly state: HealthState;
  readonly etag: string | undefined;
  readonly tab: Tab;
  readonly deliveryId: string | undefined;
  readonly onChanged: () => Promise<void>;
}) {
  const { id, url } = webhook;
  switch (tab) {
    case 'activity':
      return <ActivityTab id={id} />;
    case 'drill':
      return <DrillTab webhook={webhook} />;
    case 'settings':
      return <SettingsTab key={id} webhook={webhook} state={state} etag={etag} onChanged={onChanged} />;
    default:
      return <DeliveriesTab id={id} url={url} deliveryId={deliveryId} />;
  }
}

function DeliveriesTab(props: {
  readonly id: string;
  readonly url: string;
  readonly deliveryId: string | undefined;
}) {
  const { id, url, deliveryId } = props;
  const types = useEventTypes().value.value ?? [];
  return (
    <div class={`split ${deliveryId ? 'open' : ''}`}>
      <DeliveriesCard
        key={id}
        subscriptionId={id}
        eventTypes={types.map(({ type }) => type)}
        openId={deliveryId}
        onOpen={(one) =>
          goTo(linkTo(['webhooks', id, 'deliveries', one]), { replace: deliveryId !== undefined })
        }
      />
      {deliveryId ? (
        <DeliveryPanel
          key={deliveryId}
          id={deliveryId}
          url={url}
          onClose={() => goTo(linkTo(['webhooks', id]), { replace: true })}
        />
      ) : null}
    </div>
  );
}
