import type { Delivery } from '../deliveries/delivery.ts';

export interface ReasonCount {
  /** A reason of the API, or `status 500` for an answer. */
  readonly reason: NonNullable<Delivery['reason']> | 'waiting';
  readonly status: number | undefined;
  readonly count: number;
}

/** Why deliveries have failed or wait, the most frequent reason first. */
export function countReasons(deliveries: readonly Delivery[]): readonly ReasonCount[] {
  const counts = new Map<string, ReasonCount>();
  for (const { status, reason, responseStatus, attemptCount } of deliveries) {
    if (status === 'delivered' || status === 'cancelled') continue;
    if (status === 'waiting' && attemptCount === 0) continue;
    const why = reason ?? (responseStatus === undefined ? 'waiting' : 'status');
    const answer = why === 'status' ? responseStatus : undefined;
    const key = `${why} ${answer}`;
    counts.set(key, { reason: why, status: answer, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}
