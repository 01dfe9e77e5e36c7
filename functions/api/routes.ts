/**
 * Every route of the HTTP API: the stack creates them from this list and the API function has a handler for each of
 * them, or does not compile. `read` and `manage` take an API key or a portal session with at least that role; `iam`
 * takes a signed request of the helpdesk backend (AWS Signature Version 4); `public` is open to anybody, at no limit but
 * the stage's.
 */
export const apiRoutes = {
  'GET /openapi.json': 'public',
  'GET /event-types': 'read',
  'GET /subscriptions': 'read',
  'POST /subscriptions': 'manage',
  'GET /subscriptions/{id}': 'read',
  'PATCH /subscriptions/{id}': 'manage',
  'DELETE /subscriptions/{id}': 'manage',
  'POST /subscriptions/{id}/verify': 'manage',
  'GET /subscriptions/{id}/secret': 'manage',
  'POST /subscriptions/{id}/secret/rotate': 'manage',
  'GET /subscriptions/{id}/deliveries': 'read',
  'POST /subscriptions/{id}/test': 'manage',
  'GET /subscriptions/{id}/stats': 'read',
  'GET /deliveries/{id}': 'read',
  'POST /deliveries/{id}/retry': 'manage',
  'GET /events': 'read',
  'GET /events/{id}': 'read',
  'GET /audit-log': 'manage',
  'GET /accounts/{accountId}/api-keys': 'iam',
  'POST /accounts/{accountId}/api-keys': 'iam',
  'DELETE /accounts/{accountId}/api-keys/{keyId}': 'iam',
  'POST /accounts/{accountId}/portal-sessions': 'iam',
  'PUT /accounts/{accountId}/status': 'iam',
  'DELETE /accounts/{accountId}': 'iam',
} as const satisfies Record<
  `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`,
  'read' | 'manage' | 'iam' | 'public'
>;

export type RouteKey = keyof typeof apiRoutes;
export type PublicRouteKey = RouteKeyWith<'public'>;
export type BackendRouteKey = RouteKeyWith<'iam'>;
export type AccountRouteKey = Exclude<RouteKey, PublicRouteKey | BackendRouteKey>;

type RouteKeyWith<Access> = {
  [Key in RouteKey]: (typeof apiRoutes)[Key] extends Access ? Key : never;
}[RouteKey];
