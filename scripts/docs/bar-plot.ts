import { Error as ErrorLevel, logger, parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import type { Plot } from '../../bench/section.ts';

export type Theme = 'light' | 'dark';

/** Of GitHub's pages, on which the plots are seen. */
const themes = {
  light: { text: '#1f2328', quiet: '#59636e', ours: '#1a7f37', others: '#afb8c1' },
  dark: { text: '#f0f6fc', quiet: '#9198a1', ours: '#3fb950', others: '#565d66' },
} as const;

type Colours = (typeof themes)[Theme];

const barStep = 28;
const plotWidth = 520;

/** The plot as SVG, without a background. */
export async function drawBars(plot: Plot, theme: Theme): Promise<string> {
  // Vega-Lite warns that the groups have scales of their own, which is what we want.
  const { spec } = compile(describe(plot, themes[theme]), { logger: logger(ErrorLevel) });
  const view = new View(parse(spec), { renderer: 'none' });
  return `${await view.toSVG()}\n`;
}

function describe({ title, subtitle, bars }: Plot, colours: Colours): TopLevelSpec {
  const { ours, others } = colours;
  const groups = [...new Set(bars.map(({ group }) => group))];
  return {
    background: 'transparent',
    padding: 8,
    title: { text: title, subtitle, offset: 16 },
    data: { values: bars.map((bar) => ({ ...bar })) },
    spacing: 20,
    facet: {
      row: {
        field: 'group',
        sort: groups,
        title: null,
        header: { labelAngle: 0, labelOrient: 'top', labelAnchor: 'start', labelPadding: 4 },
      },
    },
    // Not every group has every bar.
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: plotWidth,
      height: { step: barStep },
      encoding: {
        y: { field: 'label', sort: null, title: null },
        x: { field: 'value', type: 'quantitative', axis: null },
      },
      layer: [
        {
          mark: { type: 'bar', cornerRadiusEnd: 3, height: 20 },
          encoding: { color: { condition: { test: 'datum.isOurs', value: ours }, value: others } },
        },
        {
          mark: { type: 'text', align: 'left', dx: 6 },
          encoding: { text: { field: 'value', type: 'quantitative', format: ',.0f' } },
        },
      ],
    },
    config: styleOf(colours),
  };
}

function styleOf({ text, quiet }: Colours): Config {
  return {
    font: '-apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif',
    view: { stroke: null },
    title: {
      anchor: 'start',
      frame: 'bounds',
      color: text,
      subtitleColor: quiet,
      fontSize: 17,
      subtitleFontSize: 13,
      subtitlePadding: 6,
    },
    axisY: {
      domain: false,
      ticks: false,
      labelLimit: 300,
      labelColor: text,
      labelFontSize: 13,
      labelPadding: 8,
    },
    header: { labelColor: text, labelFontSize: 13, labelFontWeight: 'bold' },
    text: { color: text, fontSize: 13 },
  };
}
