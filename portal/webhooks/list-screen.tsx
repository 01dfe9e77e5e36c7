import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { readAll } from '../api/read-all.ts';
import { useResource } from '../api/resource.ts';
import { LinkButton } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { PlusIcon } from '../design/icons.tsx';
import { SearchField } from '../design/search-field.tsx';
import { Segments } from '../design/segments.tsx';
import { texts } from '../i18n/i18n.ts';
import { api, mayManage } from '../session/session.ts';
import { useKeys } from '../shell/keys.ts';
import { linkTo } from '../shell/route.ts';
import { useTitle } from '../shell/title.ts';
import { type Range, ranges, toActivities } from './activity.ts';
import { Attention } from './attention.tsx';
import { EmptyList } from './empty-list.tsx';
import { groupOf, type HealthGroup, healthOf, matches } from './health.ts';
import { type WebhookRow, WebhookTable } from './webhook-table.tsx';

type Group = 'all' | HealthGroup;

const groups: readonly Group[] = ['all', 'working', 'failing', 'off'];

/** All webhooks of the account: at most 50, so they are searched and filtered here. */
export function ListScreen() {
  const { webhooks: t } = texts();
  useTitle(t.title);
  const list = useResource('webhooks', readWebhooks, 5_000);
  const range = useSignal<Range>('24h');
  const search = useSignal('');
  const group = useSignal<Group>('all');
  const field = useRef<HTMLInputElement>(null);
  const activities = useResource(
    `activities ${range.value}`,
    async (signal) =>
      toActivities((await api('GET /statistics', { query: { range: range.value } }, { signal })).body),
    15_000,
  );
  useKeys({ '/': () => field.current?.focus() });

  const all = list.value.value?.map((webhook) => {
    const activity = activities.value.value?.get(webhook.id);
    return { webhook, activity, state: healthOf(webhook, activity) };
  });
  const isIn = ({ state }: WebhookRow, one: Group) => one === 'all' || groupOf[state] === one;
  const counted = (one: Group) => all?.filter((row) => isIn(row, one)).length;
  const shown = all
    ?.filter((row) => isIn(row, group.value))
    .filter(({ webhook }) => matches(webhook, search.value));
  const showAll = () => {
    search.value = '';
    group.value = 'all';
  };

  return (
    <>
      <div class="top">
        <div class="grow">
          <h1>{t.title}</h1>
          <p class="muted">{t.subtitle}</p>
        </div>
        {mayManage.value && all?.length !== 0 ? (
          <LinkButton kind="primary" href={linkTo(['webhooks', 'new'])}>
            <PlusIcon />
            {t.add}
          </LinkButton>
        ) : null}
      </div>
      <FailureNotice failure={list.failure.value} onRetry={list.refresh} />
      {all?.length === 0 ? (
        <EmptyList />
      ) : (
        <>
          <div class="tools">
            <SearchField
              field={field}
              label={t.searchLabel}
              hint={t.searchHint}
              value={search.value}
              onInput={(text) => {
                search.value = text;
              }}
            />
            <Segments
              label={t.filter}
              value={group.value}
              options={groups.map((one) => ({ value: one, label: t.groups[one], count: counted(one) }))}
              onChange={(one) => {
                group.value = one;
              }}
            />
            <Segments
              label={t.range}
              value={range.value}
              options={ranges.map((one) => ({ value: one, label: t.ranges[one] }))}
              onChange={(one) => {
                range.value = one;
              }}
            />
          </div>
          <div class="card">
            <Attention rows={all ?? []} />
            <WebhookTable rows={shown} range={range.value} onShowAll={showAll} />
          </div>
        </>
      )}
    </>
  );
}

async function readWebhooks(signal: AbortSignal) {
  return readAll(async (cursor) => (await api('GET /subscriptions', { query: { cursor } }, { signal })).body);
}
