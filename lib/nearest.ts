import { closestMatch } from 'leven';

/** The known name that was most likely meant. Undefined if none is spelt like it. */
export function nearestTo(name: string, known: readonly string[]): string | undefined {
  const lower = new Map(known.map((each) => [each.toLowerCase(), each]));
  const maxDistance = Math.max(1, Math.floor(name.length / 3));
  const closest = closestMatch(name.toLowerCase(), [...lower.keys()], { maxDistance });
  return closest === undefined ? undefined : lower.get(closest);
}
