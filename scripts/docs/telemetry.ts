import { logLines, metrics } from '../../core/telemetry.ts';
import { table } from './markdown.ts';

const start =
  '<!-- Written by `npm run docs` from core/telemetry.ts: change that file, not these tables. -->\n';
const end = '<!-- The end of what `npm run docs` writes. -->';

/** The runbook with its tables of log lines and metrics. Throws if the marks around them are missing. */
export function embedTelemetry(document: string): string {
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from)
    throw new Error('docs/runbook.md lacks the marks around its tables of telemetry');
  const logTable = table(
    ['Log line', 'Level', 'Meaning'],
    Object.entries(logLines).map(([name, { level, meaning }]) => [`\`${name}\``, level, meaning]),
  );
  const metricTable = table(
    ['Metric', 'Counts'],
    Object.entries(metrics).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
  return `${document.slice(0, from)}${start}\n${logTable}\n\n${metricTable}\n\n${document.slice(to)}`;
}
