import { useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../design/announcer.tsx';
import { SkeletonRows } from '../design/skeleton.tsx';
import { useRowWindow } from '../design/use-row-window.ts';
import { texts } from '../i18n/i18n.ts';
import { mayManage } from '../session/session.ts';
import { useKeys } from '../shell/keys.ts';
import { countNewAbove, type Delivery, needsResend } from './delivery.ts';
import { DeliveryRow, rowHeight } from './delivery-row.tsx';
import type { DeliveryList } from './use-deliveries.ts';

interface DeliveriesTableProps {
  readonly list: DeliveryList;
  readonly openId: string | undefined;
  readonly onOpen: (id: string) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly isFiltered: boolean;
}

/** Only the rows in sight are rendered: a list of ten thousand costs what one of twenty does. */
export function DeliveriesTable({ list, openId, onOpen, selected, onSelect, isFiltered }: DeliveriesTableProps) {
  const { deliveries: t } = texts();
  const scroller = useRef<HTMLDivElement>(null);
  const items = list.items.value;
  const count = items?.length ?? 0;
  const { first, end, before, after } = useRowWindow(scroller, count, rowHeight);
  useAnchor(scroller, items);
  if (items && list.hasMore.value && end >= count - 20) list.readMore();

  const open = items?.findIndex(({ id }) => id === openId) ?? -1;
  const move = (step: number) => {
    const next = items?.[Math.max(0, Math.min(count - 1, open + step))];
    if (!next) return false;
    onOpen(next.id);
    reveal(scroller.current, items.indexOf(next));
    return true;
  };
  useKeys({ j: () => move(1), k: () => move(open < 0 ? 1 : -1) });

  const resendable = items?.filter(needsResend).map(({ id }) => id) ?? [];
  const toggle = (id: string) => {
    const ids = new Set(selected);
    if (!ids.delete(id)) ids.add(id);
    onSelect(ids);
  };
  return (
    // What scrolls has to be reached by keyboard.
    <div class="scroller" ref={scroller} tabIndex={0} role="region" aria-label={t.title}>
      <table class="table delivery-table" aria-rowcount={count}>
        <thead>
          <tr>
            {mayManage.value ? (
              <th scope="col" class="select-cell">
                <input
                  type="checkbox"
                  class="check"
                  aria-label={t.selectFailed}
                  title={t.selectFailed}
                  disabled={resendable.length === 0}
                  checked={resendable.length > 0 && resendable.every((id) => selected.has(id))}
                  onChange={({ currentTarget }) => onSelect(new Set(currentTarget.checked ? resendable : []))}
                />
              </th>
            ) : null}
            <th scope="col">{t.columns.event}</th>
            <th scope="col" class="outcome">
              {t.columns.outcome}
            </th>
            <th scope="col" class="right">
              {t.columns.time}
            </th>
          </tr>
        </thead>
        <tbody>
          <Spacer height={before} />
          {items?.slice(first, end).map((delivery, index) => (
            <DeliveryRow
              key={delivery.id}
              delivery={delivery}
              place={first + index}
              isOpen={delivery.id === openId}
              isSelected={selected.has(delivery.id)}
              onOpen={onOpen}
              onToggle={mayManage.value ? toggle : undefined}
            />
          )) ?? <SkeletonRows rows={6} widths={['16px', '60%', '50%', '50%']} />}
          <Spacer height={after} />
        </tbody>
      </table>
      {items?.length === 0 ? <p class="no-rows muted">{isFiltered ? t.noMatch : t.none}</p> : null}
    </div>
  );
}

function Spacer({ height }: { readonly height: number }) {
  return height > 0 ? (
    <tr aria-hidden="true">
      <td class="spacer" style={{ height: `${height}px` }} />
    </tr>
  ) : null;
}

/** Whoever has scrolled down keeps seeing the same rows when new ones come above them. */
function useAnchor(scroller: { readonly current: HTMLElement | null }, items: readonly Delivery[] | undefined): void {
  const previous = useRef<readonly Delivery[]>([]);
  useLayoutEffect(() => {
    const added = countNewAbove(previous.current, items ?? []);
    const element = scroller.current;
    if (added > 0 && element && element.scrollTop > 0) element.scrollTop += added * rowHeight;
    if (added > 0) announce(texts().deliveries.newOnes(added));
    previous.current = items ?? [];
  }, [items]);
}

/** Scrolls a row into sight; it may not be rendered yet. */
function reveal(element: HTMLElement | null, index: number): void {
  if (!element) return;
  const head = element.querySelector('thead')?.clientHeight ?? 0;
  const top = index * rowHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + rowHeight + head > element.scrollTop + element.clientHeight)
    element.scrollTop = top + rowHeight + head - element.clientHeight;
}
