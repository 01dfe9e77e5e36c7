import '../styles/deliveries.css';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { SkeletonRows } from '../design/skeleton.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { LiveIcon } from '../design/icons.tsx';
import { Time } from '../design/time.tsx';
import { useRowWindow } from '../design/use-row-window.ts';
import { rowHeight } from '../deliveries/delivery-row.tsx';
import { texts } from '../i18n/i18n.ts';
import { useKeys } from '../shell/keys.ts';
import { goTo, linkTo } from '../shell/route.ts';
import { useTitle } from '../shell/title.ts';
import { useEventTypes } from '../webhooks/event-types.ts';
import { EventPanel } from './event-panel.tsx';
import { type EventList, useEvents } from './use-events.ts';

/** What was published, and what became of it. */
export function EventsScreen({ openId }: { readonly openId: string | undefined }) {
  const { events: t } = texts();
  useTitle(t.title);
  return (
    <>
      <div class="top">
        <div class="grow">
          <h1>{t.title}</h1>
          <p class="muted">{t.subtitle}</p>
        </div>
      </div>
      <div class={`split ${openId ? 'open' : ''}`}>
        <EventsCard openId={openId} />
        {openId ? (
          <EventPanel key={openId} id={openId} onClose={() => goTo(linkTo(['events']), { replace: true })} />
        ) : null}
      </div>
    </>
  );
}

function EventsCard({ openId }: { readonly openId: string | undefined }) {
  const { events: t, deliveries } = texts();
  const types = useEventTypes().value.value ?? [];
  const eventType = useSignal('');
  const list = useEvents(eventType.value);
  const count = list.items.value?.length;
  return (
    <section class="card deliveries" aria-label={t.title}>
      <div class="card-tools">
        <select
          class="select"
          aria-label={deliveries.eventType}
          value={eventType.value}
          onChange={({ currentTarget }) => {
            eventType.value = currentTarget.value;
          }}
        >
          <option value="">{deliveries.allTypes}</option>
          {types.map(({ type }) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
        <span class="live" title={deliveries.liveTitle}>
          <LiveIcon />
          <span>{deliveries.live}</span>
        </span>
      </div>
      <FailureNotice failure={list.failure.value} onRetry={list.refresh} />
      <EventsTable list={list} openId={openId} isFiltered={eventType.value !== ''} />
      <div class="foot">{count === undefined ? '\u00a0' : t.count(count, list.hasMore.value)}</div>
    </section>
  );
}

function EventsTable(props: {
  readonly list: EventList;
  readonly openId: string | undefined;
  readonly isFiltered: boolean;
}) {
  const { list, openId, isFiltered } = props;
  const { events: t, deliveries } = texts();
  const scroller = useRef<HTMLDivElement>(null);
  const items = list.items.value;
  const count = items?.length ?? 0;
  const { first, end, before, after } = useRowWindow(scroller, count, rowHeight);
  if (items && list.hasMore.value && end >= count - 20) list.readMore();
  const open = (id: string) => goTo(linkTo(['events', id]), { replace: openId !== undefined });
  const place = items?.findIndex(({ id }) => id === openId) ?? -1;
  const move = (step: number) => {
    const next = items?.[Math.max(0, Math.min(count - 1, place + step))];
    return next ? open(next.id) : false;
  };
  useKeys({ j: () => move(1), k: () => move(place < 0 ? 1 : -1) });
  return (
    // What scrolls has to be reached by keyboard.
    <div class="scroller" ref={scroller} tabIndex={0} role="region" aria-label={t.title}>
      <table class="table delivery-table" aria-rowcount={count}>
        <thead>
          <tr>
            <th scope="col">{deliveries.columns.event}</th>
            <th scope="col" class="right">
              {deliveries.columns.time}
            </th>
          </tr>
        </thead>
        <tbody>
          {before > 0 ? (
            <tr aria-hidden="true">
              <td class="spacer" style={{ height: `${before}px` }} />
            </tr>
          ) : null}
          {items?.slice(first, end).map(({ id, type, acceptedAt, isTest }, index) => (
            <tr key={id} class="link-row" aria-selected={id === openId} aria-rowindex={first + index + 1}>
              <td>
                <button type="button" class="row-link" onClick={() => open(id)}>
                  {type} {isTest ? <span class="pill">{t.test}</span> : null}
                </button>
                <span class="second mono">{id}</span>
              </td>
              <td class="right">
                <Time at={acceptedAt} />
              </td>
            </tr>
          )) ?? <SkeletonRows rows={6} widths={['50%', '60%']} />}
          {after > 0 ? (
            <tr aria-hidden="true">
              <td class="spacer" style={{ height: `${after}px` }} />
            </tr>
          ) : null}
        </tbody>
      </table>
      {items?.length === 0 ? <p class="no-rows muted">{isFiltered ? t.noMatch : t.none}</p> : null}
    </div>
  );
}
