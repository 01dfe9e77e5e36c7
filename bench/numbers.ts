/** Three significant digits, and all digits before the decimal point. */
export function showNumber(value: number): string {
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(decimals, 4) });
}

export function showCell(cell: string | number): string {
  return typeof cell === 'number' ? showNumber(cell) : cell;
}
