import { useSignal } from '@preact/signals';
import { Button } from '../design/button.tsx';
import { SkeletonRows } from '../design/skeleton.tsx';
import { Sparkline } from '../design/sparkline.tsx';
import { Status } from '../design/status.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { session } from '../session/session.ts';
import { useKeys } from '../shell/keys.ts';
import { goTo, linkTo } from '../shell/route.ts';
import type { Activity, Range } from './activity.ts';
import { type HealthState, hostOf, noteOf, successRate, toneOf, type Webhook } from './health.ts';

export interface WebhookRow {
  readonly webhook: Webhook;
  readonly activity: Activity | undefined;
  readonly state: HealthState;
}

interface WebhookTableProps {
  /** Undefined while they are being read. */
  readonly rows: readonly WebhookRow[] | undefined;
  readonly range: Range;
  readonly onShowAll: () => void;
}

export function WebhookTable({ rows, range, onShowAll }: WebhookTableProps) {
  const { webhooks: t } = texts();
  const marked = useSignal(-1);
  const move = (step: number) => {
    marked.value = Math.max(0, Math.min((rows?.length ?? 1) - 1, marked.value + step));
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const id = rows?.[marked.value]?.webhook.id;
      return id === undefined ? false : goTo(linkTo(['webhooks', id]));
    },
  });
  return (
    <>
      <table class="table webhooks">
        <thead>
          <tr>
            <th scope="col">{t.columns.webhook}</th>
            <th scope="col">{t.columns.events}</th>
            <th scope="col">{t.columns.status}</th>
            <th scope="col">{t.columns.activity[range]}</th>
            <th scope="col" class="right">
              {t.columns.delivered}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows?.map((row, index) => (
            <Row key={row.webhook.id} {...row} isMarked={index === marked.value} />
          )) ?? <SkeletonRows rows={4} widths={['70%', '60%', '50%', '168px', '40%']} />}
        </tbody>
      </table>
      {rows?.length === 0 ? (
        <div class="no-match">
          <span class="muted">{t.noMatch}</span>
          <Button small onClick={onShowAll}>
            {t.clearSearch}
          </Button>
        </div>
      ) : null}
      <div class="foot">{rows ? <Count shown={rows.length} /> : '\u00a0'}</div>
    </>
  );
}

function Count({ shown }: { readonly shown: number }) {
  const { webhooks: t } = texts();
  const most = session.value.kind === 'open' ? session.value.limits.subscriptions : undefined;
  return <span>{most === undefined ? t.count(shown) : t.countOf(shown, most)}</span>;
}

function Row({ webhook, activity, state, isMarked }: WebhookRow & { readonly isMarked: boolean }) {
  const { webhooks: t } = texts();
  const note = noteOf(webhook, state);
  const median =
    activity?.medianMs && state === 'healthy' ? `≤ ${formats().duration(activity.medianMs)}` : '';
  return (
    <tr class="link-row" data-marked={isMarked}>
      <td class="target">
        <a class="row-link" href={linkTo(['webhooks', webhook.id])} title={webhook.url}>
          {hostOf(webhook)}
        </a>
        <span class="second">{webhook.description || t.noDescription}</span>
      </td>
      <td class="types">
        <TypeTags types={webhook.eventTypes} />
      </td>
      <td class="state">
        <Status tone={toneOf[state]}>{t.states[state].word}</Status>
        <span class="second">{note || median || '\u00a0'}</span>
      </td>
      <td class="activity">
        <ActivityCell activity={activity} />
      </td>
      <td class="right num rate">
        <RateCell activity={activity} />
      </td>
    </tr>
  );
}

const shownTypes = 3;

function TypeTags({ types }: { readonly types: readonly string[] }) {
  const left = types.length - shownTypes;
  return (
    <div class="tags">
      {types.slice(0, shownTypes).map((type) => (
        <span key={type} class="tag">
          {type}
        </span>
      ))}
      {left > 0 ? (
        <span class="tag" title={types.slice(shownTypes).join(', ')}>
          {texts().webhooks.moreTypes(left)}
        </span>
      ) : null}
    </div>
  );
}

function ActivityCell({ activity }: Pick<WebhookRow, 'activity'>) {
  const { webhooks: t } = texts();
  if (!activity) return <span class="skeleton sparkline-skeleton" aria-hidden="true" />;
  if (activity.delivered + activity.failedAttempts === 0) return <span class="faint">{t.noCalls}</span>;
  const { number } = formats();
  const label = t.sparkline(number(activity.delivered), number(activity.failedAttempts));
  return <Sparkline bars={activity.bars} label={label} />;
}

function RateCell({ activity }: Pick<WebhookRow, 'activity'>) {
  const rate = activity && successRate(activity);
  if (!activity || rate === undefined) return <span class="faint">–</span>;
  const { number, percent } = formats();
  const { delivered, failedAttempts } = activity;
  return (
    <>
      {percent(rate)}
      <span class="second">
        {rate === 1
          ? number(delivered)
          : texts().webhooks.ofCalls(number(delivered), number(delivered + failedAttempts))}
      </span>
    </>
  );
}
