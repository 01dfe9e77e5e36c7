import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type ApiKeyRouteDeps, createApiKeyRoutes } from './api/api-keys.ts';
import { type AccountRequest, type ApiRequest, type ApiResponse, respondProblem } from './api/http.ts';
import { apiRoutes, type RouteKey } from './api/routes.ts';
import { createSubscriptionRoutes, type SubscriptionRouteDeps } from './api/subscriptions.ts';
import type { Telemetry } from './telemetry.ts';

export type ApiDeps = SubscriptionRouteDeps & ApiKeyRouteDeps & { readonly telemetry: Telemetry };

/** What the authorizer adds to a request with an API key. */
export interface AuthorizerContext {
  readonly accountId: string;
  readonly role: 'read' | 'manage';
}

/** What API Gateway sends for a route of either kind of authorization. */
export type ApiEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  readonly requestContext: APIGatewayProxyEventV2['requestContext'] & {
    readonly authorizer?: { readonly lambda?: Partial<AuthorizerContext> | null };
  };
};

/** API Gateway's limit is 10 MB; no request of ours needs more than this. */
const maxRequestBytes = 256 * 1024;

type BackendRouteKey = { [Key in RouteKey]: (typeof apiRoutes)[Key] extends 'iam' ? Key : never }[RouteKey];
type AccountRouteKey = Exclude<RouteKey, BackendRouteKey>;

export function createApi(deps: ApiDeps) {
  const subscriptions = createSubscriptionRoutes(deps);
  const apiKeys = createApiKeyRoutes(deps);
  const accountRoutes: Record<AccountRouteKey, (request: AccountRequest) => Promise<ApiResponse>> = {
    'GET /subscriptions': subscriptions.list,
    'POST /subscriptions': subscriptions.create,
    'GET /subscriptions/{id}': subscriptions.get,
    'DELETE /subscriptions/{id}': subscriptions.remove,
  };
  const backendRoutes: Record<BackendRouteKey, (request: ApiRequest) => Promise<ApiResponse>> = {
    'POST /accounts/{accountId}/api-keys': apiKeys.create,
  };

  /** Called by AWS: one request, already authorized. */
  return async function serveRequest(event: ApiEvent): Promise<ApiResponse> {
    try {
      return await route(event);
    } catch (error) {
      const { requestId } = event.requestContext;
      deps.telemetry.error('request.failed', { routeKey: event.routeKey, requestId, error });
      return respondProblem(
        500,
        'internal-error',
        `Something failed on our side; quote request ${requestId}.`,
      );
    }
  };

  async function route(event: ApiEvent): Promise<ApiResponse> {
    const { routeKey, requestContext, pathParameters = {} } = event;
    const body = bodyOf(event);
    if (body && Buffer.byteLength(body) > maxRequestBytes) {
      return respondProblem(413, 'too-large', `The request body must have at most ${maxRequestBytes} bytes.`);
    }
    if (isKeyOf(backendRoutes, routeKey)) return backendRoutes[routeKey]({ pathParameters, body });
    if (!isKeyOf(accountRoutes, routeKey)) return respondProblem(404, 'not-found', 'There is no such route.');

    const { accountId, role } = requestContext.authorizer?.lambda ?? {};
    if (!accountId) return respondProblem(401, 'unauthorized', 'An API key is needed.');
    if (apiRoutes[routeKey] === 'manage' && role !== 'manage') {
      return respondProblem(
        403,
        'forbidden',
        'This API key may only read; the route needs the role "manage".',
      );
    }
    return accountRoutes[routeKey]({ pathParameters, body, accountId });
  }
}

function bodyOf({ body, isBase64Encoded }: ApiEvent): string | undefined {
  return isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : body;
}

function isKeyOf<Key extends string>(record: Record<Key, unknown>, key: string): key is Key {
  return Object.hasOwn(record, key);
}
