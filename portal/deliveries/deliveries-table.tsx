import { useEffect, useRef } from 'preact/hooks';
import { announce } from '../design/announcer.tsx';
import { countNewAbove } from '../design/window-of.ts';
import { WindowedTable } from '../design/windowed-table.tsx';
import { texts } from '../i18n/i18n.ts';
import { mayManage } from '../session/session.ts';
import { type Delivery, mayBeResent, needsResend } from './delivery.ts';
import { DeliveryRow } from './delivery-row.tsx';
import type { DeliveryList } from './use-deliveries.ts';

interface DeliveriesTableProps {
  readonly list: DeliveryList;
  readonly openId: string | undefined;
  readonly onOpen: (id: string) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly isFiltered: boolean;
}

export function DeliveriesTable({
  list,
  openId,
  onOpen,
  selected,
  onSelect,
  isFiltered,
}: DeliveriesTableProps) {
  const { deliveries: t } = texts();
  const items = list.items.value;
  useAnnouncements(items);
  const toggle = (id: string) => {
    const ids = new Set(selected);
    if (!ids.delete(id)) ids.add(id);
    onSelect(ids);
  };
  return (
    <WindowedTable
      label={t.title}
      items={items}
      openId={openId}
      onOpen={onOpen}
      onEnd={list.readMore}
      empty={isFiltered ? t.noMatch : t.none}
      skeletonWidths={['16px', '60%', '50%', '50%']}
      head={
        <>
          {mayManage.value ? <SelectAll items={items ?? []} selected={selected} onSelect={onSelect} /> : null}
          <th scope="col">{t.columns.event}</th>
          <th scope="col" class="outcome">
            {t.columns.outcome}
          </th>
          <th scope="col" class="right">
            {t.columns.time}
          </th>
        </>
      }
    >
      {(delivery, place) => (
        <DeliveryRow
          key={delivery.id}
          delivery={delivery}
          place={place}
          isOpen={delivery.id === openId}
          isSelected={selected.has(delivery.id)}
          onOpen={onOpen}
          onToggle={mayManage.value ? toggle : undefined}
          mayBeSelected={mayBeResent(delivery)}
        />
      )}
    </WindowedTable>
  );
}

/** Selects what a resend may help. */
function SelectAll(props: {
  readonly items: readonly Delivery[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
}) {
  const { items, selected, onSelect } = props;
  const { deliveries: t } = texts();
  const ids = items.filter(needsResend).map(({ id }) => id);
  return (
    <th scope="col" class="select-cell">
      <input
        type="checkbox"
        class="check"
        aria-label={t.selectFailed}
        title={t.selectFailed}
        disabled={ids.length === 0}
        checked={ids.length > 0 && ids.every((id) => selected.has(id))}
        onChange={({ currentTarget }) => onSelect(new Set(currentTarget.checked ? ids : []))}
      />
    </th>
  );
}

function useAnnouncements(items: readonly Delivery[] | undefined): void {
  const previous = useRef<readonly Delivery[]>([]);
  useEffect(() => {
    const added = countNewAbove(previous.current, items ?? []);
    if (added > 0) announce(texts().deliveries.newOnes(added));
    previous.current = items ?? [];
  }, [items]);
}
