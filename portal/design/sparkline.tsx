export interface Bar {
  readonly delivered: number;
  readonly failed: number;
}

interface SparklineProps {
  readonly bars: readonly Bar[];
  /** What it shows, for those who do not see it. */
  readonly label: string;
}

const width = 168;
const height = 32;
const baseline = 22;

/** What was delivered stands on the line, what failed hangs below it. The smallest amount is still seen. */
export function Sparkline({ bars, label }: SparklineProps) {
  const step = width / Math.max(1, bars.length);
  const barWidth = Math.max(1, Math.min(step - 1.5, 6));
  const highest = Math.max(1, ...bars.map(({ delivered }) => delivered));
  const deepest = Math.max(1, ...bars.map(({ failed }) => failed), highest / 3);
  return (
    <svg
      class="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <line x1="0" x2={width} y1={baseline + 0.5} y2={baseline + 0.5} class="axis" />
      {bars.map(({ delivered, failed }, index) => {
        const up = scale(delivered, highest, baseline - 1);
        const down = scale(failed, deepest, height - baseline - 2);
        return (
          <g key={index} transform={`translate(${(index * step).toFixed(2)} 0)`}>
            {up > 0 && <rect class="delivered" y={baseline - up} width={barWidth} height={up} rx="1" />}
            {down > 0 && <rect class="failed" y={baseline + 1} width={barWidth} height={down} rx="1" />}
          </g>
        );
      })}
    </svg>
  );
}

function scale(value: number, highest: number, room: number): number {
  return value === 0 ? 0 : Math.max(2, Math.round((value / highest) * room));
}
