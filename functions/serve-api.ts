import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { AccountStatusLookup } from '../core/accounts/account-store.ts';
import type { CredentialKind, Role } from '../core/accounts/credential.ts';
import { requestLimits } from '../core/accounts/request-limits.ts';
import { type AccountRouteDeps, accountOf, createAccountRoutes } from './api/accounts.ts';
import { type AskedDeliveryDeps, createAskedDeliveryRoutes } from './api/asked-deliveries.ts';
import { type AuditDeps, createAudit, createAuditRoutes } from './api/audit-log.ts';
import { createSubscriptionCreation } from './api/create-subscription.ts';
import { type CredentialRouteDeps, createCredentialRoutes } from './api/credentials.ts';
import { createDeliveryRoutes, type DeliveryRouteDeps } from './api/deliveries.ts';
import { listEventTypes } from './api/event-types.ts';
import { createEventRoutes, type EventRouteDeps } from './api/events.ts';
import {
  type AccountRequest,
  type AnonymousRequest,
  type ApiRequest,
  type ApiResponse,
  respondProblem,
  respondSuspended,
  respondTooManyRequests,
} from './api/http.ts';
import { createIdempotency, type IdempotencyDeps } from './api/idempotency.ts';
import { createContractRoutes } from './api/openapi.ts';
import { type AccountRouteKey, apiRoutes, type BackendRouteKey, type PublicRouteKey } from './api/routes.ts';
import { createSecretRoutes } from './api/secrets.ts';
import { createStatisticsRoutes, type StatisticsRouteDeps } from './api/statistics.ts';
import { createSubscriptionRoutes, type SubscriptionRouteDeps } from './api/subscriptions.ts';
import { createQueryRefusal } from './api/unread-query.ts';
import type { Telemetry } from './telemetry.ts';

export type ApiDeps = SubscriptionRouteDeps &
  CredentialRouteDeps &
  AccountRouteDeps &
  DeliveryRouteDeps &
  EventRouteDeps &
  AskedDeliveryDeps &
  StatisticsRouteDeps &
  AuditDeps &
  IdempotencyDeps & { readonly accountStatus: AccountStatusLookup; readonly telemetry: Telemetry };

/** What the authorizer adds to a request that carries an account's credential. */
export interface AuthorizerContext {
  readonly accountId: string;
  readonly role: Role;
  readonly credentialKind: CredentialKind;
  readonly credentialId: string;
}

/** What API Gateway sends, for every kind of authorization. */
export type ApiEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  readonly requestContext: APIGatewayProxyEventV2['requestContext'] & {
    readonly authorizer?: {
      readonly lambda?: Partial<AuthorizerContext> | null;
      readonly iam?: { readonly userArn?: string } | null;
    };
  };
};

export function createApi(deps: ApiDeps) {
  const audit = createAudit(deps);
  const answerOnce = createIdempotency(deps);
  const refuseUnreadQuery = createQueryRefusal(deps);
  const subscriptions = createSubscriptionRoutes(deps, audit);
  const secrets = createSecretRoutes(deps, audit);
  const deliveries = createDeliveryRoutes(deps);
  const events = createEventRoutes(deps);
  const asked = createAskedDeliveryRoutes(deps);
  const credentials = createCredentialRoutes(deps, audit);
  const accounts = createAccountRoutes(deps, audit);
  const publicRoutes: Record<PublicRouteKey, (request: AnonymousRequest) => Promise<ApiResponse>> = {
    'GET /openapi.json': createContractRoutes(deps).describe,
  };
  const accountRoutes: Record<AccountRouteKey, (request: AccountRequest) => Promise<ApiResponse>> = {
    'GET /event-types': listEventTypes,
    'GET /subscriptions': subscriptions.list,
    'POST /subscriptions': createSubscriptionCreation(deps, audit),
    'GET /subscriptions/{id}': subscriptions.get,
    'PATCH /subscriptions/{id}': subscriptions.patch,
    'DELETE /subscriptions/{id}': subscriptions.remove,
    'POST /subscriptions/{id}/verify': subscriptions.verify,
    'GET /subscriptions/{id}/secret': secrets.reveal,
    'POST /subscriptions/{id}/secret/rotate': secrets.rotate,
    'GET /subscriptions/{id}/deliveries': deliveries.list,
    'POST /subscriptions/{id}/test': asked.test,
    'GET /subscriptions/{id}/stats': createStatisticsRoutes(deps).get,
    'GET /deliveries/{id}': deliveries.get,
    'POST /deliveries/{id}/retry': asked.retry,
    'GET /events': events.list,
    'GET /events/{id}': events.get,
    'GET /audit-log': createAuditRoutes(deps).list,
  };
  const backendRoutes: Record<BackendRouteKey, (request: ApiRequest) => Promise<ApiResponse>> = {
    'GET /accounts/{accountId}/api-keys': credentials.listApiKeys,
    'POST /accounts/{accountId}/api-keys': credentials.createApiKey,
    'DELETE /accounts/{accountId}/api-keys/{keyId}': credentials.revokeApiKey,
    'POST /accounts/{accountId}/portal-sessions': credentials.createPortalSession,
    'PUT /accounts/{accountId}/status': accounts.setStatus,
    'DELETE /accounts/{accountId}': accounts.remove,
  };

  /** Called by AWS: one request, already authorized if its route demands it. */
  return async function serveRequest(event: ApiEvent): Promise<ApiResponse> {
    const { routeKey } = event;
    const { requestId, authorizer } = event.requestContext;
    const startedAt = deps.now();
    const answer = await route(event).catch((error: unknown) => {
      deps.telemetry.error('request.failed', { routeKey, requestId, error });
      return respondProblem('internal-error', `Something failed on our side; quote request ${requestId}.`);
    });
    deps.telemetry.info('request.served', {
      routeKey,
      requestId,
      accountId: authorizer?.lambda?.accountId,
      credentialId: authorizer?.lambda?.credentialId,
      status: answer.statusCode,
      durationMs: deps.now().getTime() - startedAt.getTime(),
    });
    return { ...answer, headers: { ...answer.headers, 'x-request-id': requestId } };
  };

  async function route(event: ApiEvent): Promise<ApiResponse> {
    const { routeKey } = event;
    const { authorizer } = event.requestContext;
    const request = requestOf(event);
    if (isKeyOf(publicRoutes, routeKey)) return publicRoutes[routeKey](request);
    if (isKeyOf(backendRoutes, routeKey)) {
      // The gateway has checked the signature. Check again that there was one: a route that lost its authorizer by
      // mistake must not be open to everybody.
      const arn = authorizer?.iam?.userArn;
      if (!arn) return respondProblem('unauthorized', 'A signed request of the helpdesk backend is needed.');
      return serveBackend(routeKey, { ...request, actor: { kind: 'backend', id: arn } });
    }
    return isKeyOf(accountRoutes, routeKey)
      ? serveAccount(routeKey, request, authorizer?.lambda ?? {})
      : respondProblem('not-found', 'There is no such route.');
  }

  function serveBackend(routeKey: BackendRouteKey, request: ApiRequest): Promise<ApiResponse> {
    const serve = async () => refuseUnreadQuery(routeKey, request) ?? backendRoutes[routeKey](request);
    const account = accountOf(request);
    return 'problem' in account ? serve() : answerOnce(request, account.accountId, serve);
  }

  async function serveAccount(
    routeKey: AccountRouteKey,
    request: AnonymousRequest,
    { accountId, role, credentialKind: kind, credentialId: id }: Partial<AuthorizerContext>,
  ): Promise<ApiResponse> {
    if (!accountId || !kind || !id) return respondProblem('unauthorized', 'An API key is needed.');
    if ((await deps.accountStatus.findAccountStatus(accountId)) !== 'active') return respondSuspended();
    if (apiRoutes[routeKey] === 'manage' && role !== 'manage') {
      return respondProblem('forbidden', 'This key may only read; the route needs the role "manage".');
    }
    const turn = await deps.reserveTurns(requestLimits(accountId), deps.now());
    if (turn.kind !== 'now') return respondTooManyRequests('The account sends too many requests.');
    const known = { ...request, accountId, actor: { kind, id } };
    const serve = async () => refuseUnreadQuery(routeKey, known) ?? accountRoutes[routeKey](known);
    return answerOnce(known, accountId, serve);
  }
}

function requestOf(event: ApiEvent): AnonymousRequest {
  const { body, isBase64Encoded, pathParameters = {}, queryStringParameters = {}, requestContext } = event;
  return {
    routeKey: event.routeKey,
    pathParameters,
    headers: event.headers,
    query: queryStringParameters,
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : body,
    requestId: requestContext.requestId,
    sourceIp: requestContext.http.sourceIp,
    ownHost: requestContext.domainName,
  };
}

function isKeyOf<Key extends string>(record: Record<Key, unknown>, key: string): key is Key {
  return Object.hasOwn(record, key);
}
