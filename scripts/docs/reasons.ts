import { eventReasons, exhaustionReasons } from '../redrive/reasons.ts';
import { table } from './markdown.ts';

const start =
  '<!-- Written by `npm run docs` from scripts/redrive/reasons.ts: change that file, not these tables. -->\n';
const end = '<!-- The end of the reasons. -->';

/** The runbook with its tables of reasons. Throws if the marks around them are missing. */
export function embedReasons(document: string): string {
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error('docs/runbook.md lacks the marks around its tables of reasons');
  const tables = [eventReasons, exhaustionReasons].map((reasons) =>
    table(
      ['Reason', 'Meaning', 'What to do'],
      Object.entries(reasons).map(([reason, { meaning, whatToDo }]) => [`\`${reason}\``, meaning, whatToDo]),
    ),
  );
  return `${document.slice(0, from)}${start}\n${tables.join('\n\nOf `exhausted-deliveries`, the reason of the last attempt:\n\n')}\n\n${document.slice(to)}`;
}
