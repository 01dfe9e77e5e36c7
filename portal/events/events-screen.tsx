import '../styles/deliveries.css';
import { useSignal } from '@preact/signals';
import { FailureNotice } from '../design/failure-notice.tsx';
import { LiveIcon } from '../design/icons.tsx';
import { Time } from '../design/time.tsx';
import { WindowedTable } from '../design/windowed-table.tsx';
import { texts } from '../i18n/i18n.ts';
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
  const open = (id: string) => goTo(linkTo(['events', id]), { replace: openId !== undefined });
  return (
    <WindowedTable
      label={t.title}
      items={list.items.value}
      openId={openId}
      onOpen={open}
      onEnd={list.readMore}
      empty={isFiltered ? t.noMatch : t.none}
      skeletonWidths={['50%', '60%']}
      head={
        <>
          <th scope="col">{deliveries.columns.event}</th>
          <th scope="col" class="right">
            {deliveries.columns.time}
          </th>
        </>
      }
    >
      {({ id, type, acceptedAt, isTest }, place) => (
        <tr key={id} class="link-row" aria-selected={id === openId} aria-rowindex={place}>
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
      )}
    </WindowedTable>
  );
}
