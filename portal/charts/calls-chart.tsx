import { formats, texts } from '../i18n/i18n.ts';
import { chart, columns, Frame, heightOf, NoData, widthOf } from './frame.tsx';
import type { Slot } from './read-hours.ts';
import { niceMax } from './scale.ts';

/** Calls by time: failed ones stand on top of delivered ones. */
export function CallsChart({ slots }: { readonly slots: readonly Slot[] | undefined }) {
  const { charts: t } = texts();
  if (!slots) return <div class="plot-skeleton" />;
  const highest = Math.max(...slots.map(({ delivered, failedAttempts }) => delivered + failedAttempts));
  if (highest === 0) return <NoData />;
  const { number, exactTime } = formats();
  const max = niceMax(highest);
  const plotWidth = widthOf('wide');
  const { step, x } = columns(slots.length, plotWidth);
  const base = chart.height - chart.bottom;
  const width = Math.max(1.5, step * 0.72);
  return (
    <Frame slots={slots} max={max} width={plotWidth} label={t.calls} nameValue={formats().compact}>
      {slots.map(({ from, delivered, failedAttempts }, index) => {
        const low = heightOf(delivered, max);
        const high = heightOf(failedAttempts, max);
        return (
          <g key={from}>
            <title>
              {`${exactTime(new Date(from))}: ${t.delivered(number(delivered))}, ${t.failedAttempts(number(failedAttempts))}`}
            </title>
            <rect class="hover" x={x(index)} y={chart.top} width={step} height={base - chart.top} />
            <rect
              class="delivered"
              x={x(index) + (step - width) / 2}
              y={base - low}
              width={width}
              height={low}
              rx="1"
            />
            <rect
              class="failed"
              x={x(index) + (step - width) / 2}
              y={base - low - high}
              width={width}
              height={high}
              rx="1"
            />
          </g>
        );
      })}
    </Frame>
  );
}
