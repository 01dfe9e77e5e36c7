import { Error as ErrorLevel, logger, parse, View } from 'vega';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';

export type Theme = 'light' | 'dark';

/** Of GitHub's pages, on which the plots are seen. */
export const themes = {
  light: { text: '#1f2328', quiet: '#59636e', ours: '#1a7f37', others: '#afb8c1', shade: '#d1242f' },
  dark: { text: '#f0f6fc', quiet: '#9198a1', ours: '#3fb950', others: '#565d66', shade: '#f85149' },
} as const;

export type Colours = (typeof themes)[Theme];

/** The plot as SVG, without a background. */
export async function toSvg(description: TopLevelSpec): Promise<string> {
  // Vega-Lite warns where panels have scales of their own, which is what we want.
  const { spec } = compile(description, { logger: logger(ErrorLevel) });
  const view = new View(parse(spec), { renderer: 'none' });
  return `${await view.toSVG()}\n`;
}

export function styleOf({ text, quiet }: Colours): Config {
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
    header: { labelColor: text, labelFontSize: 13, labelFontWeight: 'bold' },
    text: { color: text, fontSize: 13 },
  };
}
