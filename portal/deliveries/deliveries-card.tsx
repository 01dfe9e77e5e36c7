import { useSignal } from '@preact/signals';
import { Button } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { LiveIcon, ResendIcon } from '../design/icons.tsx';
import { Segments } from '../design/segments.tsx';
import { texts } from '../i18n/i18n.ts';
import { mayManage } from '../session/session.ts';
import { DeliveriesTable } from './deliveries-table.tsx';
import { type Delivery, type DeliveryStatus, deliveryStatuses } from './delivery.ts';
import { ResendMany } from './resend-many.tsx';
import { type DeliveryFilter, useDeliveries } from './use-deliveries.ts';

interface DeliveriesCardProps {
  readonly subscriptionId: string;
  readonly eventTypes: readonly string[];
  /** The delivery whose details are open. */
  readonly openId: string | undefined;
  readonly onOpen: (id: string) => void;
}

export function DeliveriesCard({ subscriptionId, eventTypes, openId, onOpen }: DeliveriesCardProps) {
  const { deliveries: t } = texts();
  const filter = useSignal<DeliveryFilter>({ status: '', eventType: '' });
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const sending = useSignal<readonly Delivery[]>([]);
  const list = useDeliveries(subscriptionId, filter.value);
  const items = list.items.value;
  const chosen = items?.filter(({ id }) => selected.value.has(id)) ?? [];
  const change = (part: Partial<DeliveryFilter>) => {
    filter.value = { ...filter.value, ...part };
    selected.value = new Set();
  };
  return (
    <section class="card deliveries" aria-label={t.title}>
      <div class="card-tools">
        <Segments<DeliveryStatus | ''>
          label={t.status}
          value={filter.value.status}
          options={[
            { value: '', label: t.allStatuses },
            ...deliveryStatuses.map((status) => ({ value: status, label: t.statuses[status] })),
          ]}
          onChange={(status) => change({ status })}
        />
        <select
          class="select"
          aria-label={t.eventType}
          value={filter.value.eventType}
          onChange={({ currentTarget }) => change({ eventType: currentTarget.value })}
        >
          <option value="">{t.allTypes}</option>
          {eventTypes.map((type) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
        <span class="live" title={t.liveTitle}>
          <LiveIcon />
          <span>{t.live}</span>
        </span>
      </div>
      <FailureNotice failure={list.failure.value} onRetry={list.refresh} />
      <DeliveriesTable
        list={list}
        openId={openId}
        onOpen={onOpen}
        selected={selected.value}
        onSelect={(ids) => {
          selected.value = ids;
        }}
        isFiltered={filter.value.status !== '' || filter.value.eventType !== ''}
      />
      <div class="foot">
        {chosen.length > 0 ? (
          <>
            <span class="grow">{t.selected(chosen.length)}</span>
            <Button
              small
              kind="quiet"
              onClick={() => {
                selected.value = new Set();
              }}
            >
              {t.clearSelection}
            </Button>
            <Button
              small
              kind="primary"
              onClick={() => {
                sending.value = chosen;
              }}
            >
              <ResendIcon />
              {t.resendMany(chosen.length)}
            </Button>
          </>
        ) : (
          <>
            <span class="grow">{items ? t.count(items.length, list.hasMore.value) : '\u00a0'}</span>
            <span class="key-hints" aria-hidden="true">
              <kbd>j</kbd> <kbd>k</kbd> {t.keyRows}
              {mayManage.value ? (
                <>
                  {' '}
                  <kbd>r</kbd> {t.keyResend}
                </>
              ) : null}
            </span>
          </>
        )}
      </div>
      {sending.value.length > 0 ? (
        <ResendMany
          deliveries={sending.value}
          onClose={() => {
            sending.value = [];
            selected.value = new Set();
            void list.refresh();
          }}
        />
      ) : null}
    </section>
  );
}
