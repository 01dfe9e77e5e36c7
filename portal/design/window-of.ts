/** The rows of a long list that are rendered: those in sight, and a few around them. */
export interface RowWindow {
  readonly first: number;
  /** The first one that is not rendered any more. */
  readonly end: number;
  /** The height of what is left out above and below, in px. */
  readonly before: number;
  readonly after: number;
}

const around = 8;

export function windowOf(given: {
  readonly count: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly viewHeight: number;
}): RowWindow {
  const { count, rowHeight, scrollTop, viewHeight } = given;
  const inSight = Math.ceil(viewHeight / rowHeight) + 1;
  const firstInSight = Math.min(Math.max(0, Math.floor(scrollTop / rowHeight)), Math.max(0, count - inSight));
  const first = Math.max(0, firstInSight - around);
  const end = Math.min(count, firstInSight + inSight + around);
  return { first, end, before: first * rowHeight, after: (count - end) * rowHeight };
}

/** How many of `next` stand before what was first: by so many rows the list has moved down. */
export function countNewAbove(
  previous: readonly { readonly id: string }[],
  next: readonly { readonly id: string }[],
): number {
  const [first] = previous;
  return first
    ? Math.max(
        0,
        next.findIndex(({ id }) => id === first.id),
      )
    : 0;
}
