import { formats, texts } from '../i18n/i18n.ts';
import { chart, columns, Frame, heightOf, NoData, widthOf } from './frame.tsx';
import type { Slot } from './read-hours.ts';
import { niceMax } from './scale.ts';

const lines = ['p99', 'p95', 'p50'] as const;

/** How long answered calls took. The API counts in steps, so these are upper bounds: they are drawn as steps too. */
export function LatencyChart({ slots }: { readonly slots: readonly Slot[] | undefined }) {
  const { charts: t } = texts();
  if (!slots) return <div class="plot-skeleton" />;
  const highest = Math.max(...slots.map(({ p99 }) => p99 ?? 0));
  if (highest === 0) return <NoData />;
  const { duration, exactTime } = formats();
  const max = niceMax(highest);
  const plotWidth = widthOf('half');
  const { step, x } = columns(slots.length, plotWidth);
  const base = chart.height - chart.bottom;
  return (
    <Frame slots={slots} max={max} width={plotWidth} label={t.latency} nameValue={duration}>
      {lines.map((line) => (
        <path key={line} class={`step ${line}`} d={pathOf(slots.map((slot) => slot[line]))} />
      ))}
      {slots.map(({ from, p50, p95, p99 }, index) => (
        <rect key={from} class="hover" x={x(index)} y={chart.top} width={step} height={base - chart.top}>
          <title>
            {p50 === null || p95 === null || p99 === null
              ? exactTime(new Date(from))
              : `${exactTime(new Date(from))}: p50 ≤ ${duration(p50)}, p95 ≤ ${duration(p95)}, p99 ≤ ${duration(p99)}`}
          </title>
        </rect>
      ))}
    </Frame>
  );

  function pathOf(values: readonly (number | null)[]): string {
    return values
      .map((value, index) => {
        if (value === null) return '';
        const y = (base - heightOf(value, max)).toFixed(1);
        const isJoined = index > 0 && values[index - 1] !== null;
        return `${isJoined ? 'L' : 'M'}${x(index).toFixed(1)} ${y}H${x(index + 1).toFixed(1)}`;
      })
      .join('');
  }
}
