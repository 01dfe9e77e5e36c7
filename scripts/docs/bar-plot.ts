import type { TopLevelSpec } from 'vega-lite';
import type { Plot } from '../../bench/section.ts';
import { type Colours, styleOf, type Theme, themes, toSvg } from './plot-style.ts';

const barStep = 28;
const plotWidth = 520;

/** The plot as SVG, without a background. */
export function drawBars(plot: Plot, theme: Theme): Promise<string> {
  return toSvg(describe(plot, themes[theme]));
}

function describe({ title, subtitle, bars }: Plot, colours: Colours): TopLevelSpec {
  const { ours, others, text } = colours;
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
    config: {
      ...styleOf(colours),
      axisY: {
        domain: false,
        ticks: false,
        labelLimit: 300,
        labelColor: text,
        labelFontSize: 13,
        labelPadding: 8,
      },
    },
  };
}
