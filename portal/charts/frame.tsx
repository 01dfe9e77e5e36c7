import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { formats, texts } from '../i18n/i18n.ts';
import { now } from '../shell/clock.ts';
import type { Slot } from './read-hours.ts';
import { ticksOf } from './scale.ts';

/** In px, more or less: a chart is drawn as wide as its place usually is, so that its texts keep their size. */
export const chart = { height: 200, left: 52, right: 4, top: 8, bottom: 24 } as const;
/** A date with a time takes so much. */
const tickWidth = 125;
const usualWidths = { wide: 1_060, half: 500 } as const;
/** A tab in the background may have no width yet. */
const narrowest = 250;
/** Of the page and of a chart's card, together. */
const margins = 66;

const pageWidth = signal(innerWidth);
addEventListener('resize', () => {
  pageWidth.value = innerWidth;
});

export function widthOf(place: keyof typeof usualWidths): number {
  return Math.max(narrowest, Math.min(usualWidths[place], pageWidth.value - margins));
}

/** Where the first slot begins, and how wide each is. */
export function columns(count: number, width: number) {
  const step = (width - chart.left - chart.right) / Math.max(1, count);
  return { step, x: (index: number) => chart.left + index * step };
}

/** Where a value stands; 0 is at the bottom. */
export function heightOf(value: number, max: number): number {
  return (value / max) * (chart.height - chart.top - chart.bottom);
}

interface FrameProps {
  readonly slots: readonly Slot[];
  readonly max: number;
  readonly width: number;
  readonly label: string;
  readonly nameValue: (value: number) => string;
  readonly children: ComponentChildren;
}

/** Lines and labels around a chart of slots. */
export function Frame({ slots, max, width, label, nameValue, children }: FrameProps) {
  const { x } = columns(slots.length, width);
  const base = chart.height - chart.bottom;
  return (
    <svg class="plot" viewBox={`0 0 ${width} ${chart.height}`} role="img" aria-label={label}>
      {[0, 0.5, 1].map((part) => (
        <g key={part} transform={`translate(0 ${base - heightOf(part * max, max)})`}>
          <line x1={chart.left} x2={width - chart.right} class="axis" />
          <text class="tick" x={chart.left - 8} y="4" text-anchor="end">
            {nameValue(part * max)}
          </text>
        </g>
      ))}
      {ticksOf(slots.length, Math.floor(width / tickWidth)).map((index) => (
        <text key={index} class="tick" x={x(index)} y={chart.height - 6}>
          {formats().shortTime(new Date(slots[index]?.from ?? 0), now.value)}
        </text>
      ))}
      {children}
    </svg>
  );
}

export function NoData() {
  return <p class="no-data muted">{texts().charts.noCalls}</p>;
}
