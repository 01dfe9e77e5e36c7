/** The top of an axis: the next round number, so that its middle is one too. */
export function niceMax(highest: number): number {
  if (highest <= 4) return 4;
  const magnitude = 10 ** Math.floor(Math.log10(highest));
  const step = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].find((one) => one * magnitude >= highest) ?? 10;
  return step * magnitude;
}

/** Evenly spread places of a list, for the labels of an axis. */
export function ticksOf(count: number, most: number): number[] {
  if (count === 0) return [];
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}
