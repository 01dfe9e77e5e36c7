import type { Publication } from './publication.ts';

/**
 * PutEvents takes 10 entries and less than 1 MB in all.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
export const callLimits = { maxCount: 10, maxBytes: 1_000_000 };

/**
 * What the next call takes of the publications that wait, in their order: as many as are due and fit, or one that goes
 * alone.
 */
export function takeBatch(waiting: readonly Publication[], now: number): readonly Publication[] {
  const batch: Publication[] = [];
  let bytes = 0;
  for (const publication of waiting) {
    if (publication.notBefore > now) continue;
    const isFirst = batch.length === 0;
    if (!isFirst && (publication.isAlone || bytes + publication.bytes > callLimits.maxBytes)) continue;
    batch.push(publication);
    bytes += publication.bytes;
    if (publication.isAlone || batch.length === callLimits.maxCount) break;
  }
  return batch;
}
