import Table from 'cli-table3';
import { showCell, showNumber } from './numbers.ts';
import type { Goal, SectionResult } from './section.ts';

/** A section's tables, notes and goals, for the terminal. */
export function renderSection(title: string, { tables, goals, notes }: SectionResult): string {
  const parts = tables.map(({ title, heads, rows }) => {
    const table = new Table({
      head: [...heads],
      colAligns: heads.map((_, column) => (column === 0 ? 'left' : 'right')),
      style: { head: [], border: [] },
    });
    table.push(...rows.map((row) => row.map(showCell)));
    return `${title}\n${table.toString()}`;
  });
  return [`== ${title}`, ...parts, ...notes, ...goals.map(showGoal)].join('\n\n');
}

export function isHeld({ value, atMost }: Goal): boolean {
  return value <= atMost;
}

function showGoal(goal: Goal): string {
  const { name, value, atMost } = goal;
  return `${isHeld(goal) ? 'held  ' : 'MISSED'}  ${name}: ${showNumber(value)}, goal at most ${showNumber(atMost)}`;
}
