import type { ApiDeps } from './api-deps.ts';

/** From when on a change that was written just now counts for every event. */
export function effectiveAfter({ now, cacheMs }: Pick<ApiDeps, 'now' | 'cacheMs'>): string {
  return new Date(now().getTime() + cacheMs).toISOString();
}
