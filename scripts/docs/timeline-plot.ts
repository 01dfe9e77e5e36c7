import type { Config, TopLevelSpec } from 'vega-lite';
import type { Timeline } from '../../bench/section.ts';
import { type Colours, styleOf, type Theme, themes, toSvg } from './plot-style.ts';

type Layers = Extract<TopLevelSpec, { readonly layer: unknown }>['layer'];

const panelWidth = 640;
const panelHeight = 130;

/** The timeline as SVG, without a background. */
export function drawTimeline(timeline: Timeline, theme: Theme): Promise<string> {
  return toSvg(describe(timeline, themes[theme]));
}

function describe({ title, subtitle, panels, span }: Timeline, colours: Colours): TopLevelSpec {
  const values = panels.flatMap(({ label, perSecond, isOurs }) =>
    perSecond.map((count, second) => ({ panel: label, isOurs, second, next: second + 1, count, ...span })),
  );
  const end = Math.max(...panels.map(({ perSecond }) => perSecond.length));
  // The label of the span stands above all bars.
  const top = 1.2 * Math.max(...panels.flatMap(({ perSecond }) => perSecond));
  return {
    background: 'transparent',
    padding: 8,
    title: { text: title, subtitle, offset: 16 },
    data: { values },
    spacing: 24,
    facet: {
      row: {
        field: 'panel',
        sort: panels.map(({ label }) => label),
        title: null,
        header: { labelAngle: 0, labelOrient: 'top', labelAnchor: 'start', labelPadding: 4 },
      },
    },
    spec: {
      width: panelWidth,
      height: panelHeight,
      encoding: {
        x: { type: 'quantitative', title: 'seconds', scale: { domain: [0, end], nice: false } },
      },
      layer: layersOf(top, colours),
    },
    config: { ...styleOf(colours), ...axesOf(colours) },
  };
}

/** The shaded span, the rates, and the span's label above both. */
function layersOf(top: number, { ours, others, shade, quiet }: Colours): Layers {
  const isFirst = 'datum.second === 0';
  return [
    {
      transform: [{ filter: isFirst }],
      mark: { type: 'rect', color: shade, opacity: 0.12 },
      encoding: { x: { field: 'from', type: 'quantitative' }, x2: { field: 'to' } },
    },
    {
      mark: { type: 'rect' },
      encoding: {
        x: { field: 'second', type: 'quantitative' },
        x2: { field: 'next' },
        y: { field: 'count', type: 'quantitative', title: null, scale: { domain: [0, top] } },
        y2: { datum: 0 },
        color: { condition: { test: 'datum.isOurs', value: ours }, value: others },
      },
    },
    {
      transform: [{ filter: isFirst }],
      mark: { type: 'text', align: 'left', baseline: 'top', dx: 6, dy: 4, fontSize: 12, color: quiet },
      encoding: {
        x: { field: 'from', type: 'quantitative' },
        y: { value: 0 },
        text: { field: 'label' },
      },
    },
  ];
}

function axesOf({ quiet }: Colours): Config {
  return {
    axis: {
      domainColor: quiet,
      tickColor: quiet,
      gridColor: quiet,
      gridOpacity: 0.2,
      labelColor: quiet,
      titleColor: quiet,
      titleFontWeight: 'normal',
      tickCount: 5,
    },
    axisX: { grid: false, tickCount: 10 },
  };
}
