import Table from 'cli-table3';
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

/** Three significant digits, and all digits before the decimal point. */
export function showNumber(value: number): string {
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(decimals, 4) });
}

export function isHeld({ value, atMost }: Goal): boolean {
  return value <= atMost;
}

function showGoal(goal: Goal): string {
  const { name, value, atMost } = goal;
  return `${isHeld(goal) ? 'held  ' : 'MISSED'}  ${name}: ${showNumber(value)}, goal at most ${showNumber(atMost)}`;
}

function showCell(cell: string | number): string {
  return typeof cell === 'number' ? showNumber(cell) : cell;
}
