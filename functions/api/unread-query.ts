import { describeOperations } from './contract/document.ts';
import { type ApiRequest, type ApiResponse, parseQuery } from './http.ts';
import { noFilter } from './pages.ts';
import type { RouteKey } from './routes.ts';

/** Refuses parameters of a route that reads none: nobody is to take for done what was not even looked at. */
export function createQueryRefusal({ callbackTimeoutMs }: { readonly callbackTimeoutMs: number }) {
  const operations = describeOperations(callbackTimeoutMs);

  return function refuseUnreadQuery(routeKey: RouteKey, request: ApiRequest): ApiResponse | undefined {
    const parsed = operations[routeKey].query ? undefined : parseQuery(request, noFilter);
    return parsed && 'problem' in parsed ? parsed.problem : undefined;
  };
}
