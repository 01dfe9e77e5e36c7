/**
 * Every route of the HTTP API: the stack creates them from this list and the API function has a handler for each of
 * them, or does not compile. `read` and `manage` take an API key with at least that role; `iam` takes a signed request
 * of the helpdesk backend (AWS Signature Version 4).
 */
export const apiRoutes = {
  'GET /subscriptions': 'read',
  'POST /subscriptions': 'manage',
  'GET /subscriptions/{id}': 'read',
  'DELETE /subscriptions/{id}': 'manage',
  'POST /accounts/{accountId}/api-keys': 'iam',
} as const satisfies Record<
  `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`,
  'read' | 'manage' | 'iam'
>;

export type RouteKey = keyof typeof apiRoutes;
