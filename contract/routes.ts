import { accountRoutes } from './accounts.ts';
import { deliveryRoutes } from './deliveries.ts';
import { descriptionRoutes } from './description.ts';
import { drillRoutes } from './drills.ts';
import { eventRoutes } from './events.ts';
import { portalSessionRoutes } from './portal-session.ts';
import type { Access, Method, Route } from './route.ts';
import { subscriptionRoutes } from './subscriptions.ts';

/**
 * Every route of the HTTP API, by method and path. The gateway, the router, the OpenAPI document, the README's table and
 * the tests that call every route derive from this list.
 */
export const routes = {
  ...descriptionRoutes,
  ...eventRoutes,
  ...subscriptionRoutes,
  ...deliveryRoutes,
  ...drillRoutes,
  ...portalSessionRoutes,
  ...accountRoutes,
};

export type Routes = typeof routes;
export type RouteKey = keyof Routes;

export const routeKeys = Object.keys(routes) as RouteKey[];

/** A route without the literal types of its declaration. */
export function routeOf(routeKey: RouteKey): Route {
  return routes[routeKey];
}

/** `GET /events/{id}` has the method `GET` and the path `/events/{id}`. */
export function methodAndPathOf(routeKey: RouteKey): { method: Method; path: string } {
  const [method, path] = routeKey.split(' ') as [Method, string];
  return { method, path };
}

/** The methods that a route serves. HEAD is answered like GET, without a body. */
export function methodsServedBy(routeKey: RouteKey): (Method | 'HEAD')[] {
  const { method } = methodAndPathOf(routeKey);
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

/** All methods that are served at the path of a request, such as `/events/evt_1`. Empty if there is no such path. */
export function methodsAt(path: string): string[] {
  return routeKeys
    .filter((routeKey) => {
      const template = methodAndPathOf(routeKey).path.split('/');
      const parts = path.split('/');
      const fits = (part: string, index: number) =>
        part.startsWith('{') ? parts[index] : parts[index] === part;
      return parts.length === template.length && template.every(fits);
    })
    .flatMap(methodsServedBy);
}

export function routeKeysWith(...access: readonly Access[]): RouteKey[] {
  return routeKeys.filter((routeKey) => access.includes(routes[routeKey].access));
}
