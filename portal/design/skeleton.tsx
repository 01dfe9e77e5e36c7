/** Stands where something will be, and has its size. */
export function Skeleton({ width }: { readonly width: string }) {
  return <span class="skeleton" style={{ width }} aria-hidden="true" />;
}

/** Rows of a table that is being read. */
export function SkeletonRows({
  rows,
  widths,
}: {
  readonly rows: number;
  readonly widths: readonly string[];
}) {
  return (
    <>
      {Array.from({ length: rows }, (_, row) => (
        <tr key={row} class="skeleton-row" aria-hidden="true">
          {widths.map((width, column) => (
            <td key={`${column}`}>
              <Skeleton width={width} />
            </td>
          ))}
        </tr>
      ))}
    </>
  );
}
