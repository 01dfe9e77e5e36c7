import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useKeys } from '../shell/keys.ts';
import { SkeletonRows } from './skeleton.tsx';
import { useRowWindow } from './use-row-window.ts';
import { countNewAbove } from './window-of.ts';

/** In px, as styles/deliveries.css has it. */
const rowHeight = 60;

interface WindowedTableProps<Item> {
  readonly label: string;
  /** The cells of the head. */
  readonly head: ComponentChildren;
  /** Undefined while they are being read. */
  readonly items: readonly Item[] | undefined;
  readonly openId: string | undefined;
  readonly onOpen: (id: string) => void;
  /** Called when the last rows come near. */
  readonly onEnd: () => void;
  /** What is said if there is none. */
  readonly empty: string;
  readonly skeletonWidths: readonly string[];
  /** A row of `rowHeight`, with its place from 1. */
  readonly children: (item: Item, place: number) => VNode;
}

/**
 * A table of any length: only the rows in sight are rendered, so that ten thousand cost what twenty do. `j` and `k` open
 * the next and the previous one.
 */
export function WindowedTable<Item extends { readonly id: string }>(props: WindowedTableProps<Item>) {
  const { label, head, items, openId, onOpen, onEnd, empty, skeletonWidths, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const count = items?.length ?? 0;
  const { first, end, before, after } = useRowWindow(scroller, count, rowHeight);
  useAnchor(scroller, items);
  const isNearEnd = items !== undefined && end >= count - 20;
  // Also when the list was read anew: an earlier page may have failed to come.
  useLayoutEffect(() => {
    if (isNearEnd) onEnd();
  }, [isNearEnd, items]);

  const open = items?.findIndex(({ id }) => id === openId) ?? -1;
  const move = (step: number) => {
    const place = Math.max(0, Math.min(count - 1, open + step));
    const next = items?.[place];
    if (!next) return false;
    onOpen(next.id);
    reveal(scroller.current, place);
    return true;
  };
  useKeys({ j: () => move(1), k: () => move(open < 0 ? 1 : -1) });
  return (
    // What scrolls has to be reached by keyboard.
    <div class="scroller" ref={scroller} tabIndex={0} role="region" aria-label={label}>
      <table class="table windowed-table" aria-rowcount={count}>
        <thead>
          <tr>{head}</tr>
        </thead>
        <tbody>
          <Spacer height={before} />
          {items?.slice(first, end).map((item, index) => children(item, first + index + 1)) ?? (
            <SkeletonRows rows={6} widths={skeletonWidths} />
          )}
          <Spacer height={after} />
        </tbody>
      </table>
      {items?.length === 0 ? <p class="no-rows muted">{empty}</p> : null}
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

type Scroller = { readonly current: HTMLElement | null };

/** Whoever has scrolled down keeps seeing the same rows when new ones come above them. */
function useAnchor(scroller: Scroller, items: readonly { readonly id: string }[] | undefined): void {
  const previous = useRef<readonly { readonly id: string }[]>([]);
  useLayoutEffect(() => {
    const added = countNewAbove(previous.current, items ?? []);
    const element = scroller.current;
    if (added > 0 && element && element.scrollTop > 0) element.scrollTop += added * rowHeight;
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
