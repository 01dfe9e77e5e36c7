import type { RouteKey } from '../../contract/routes.ts';
import { createCreateApiKey } from './accounts/create-api-key.ts';
import { createCreatePortalSession } from './accounts/create-portal-session.ts';
import { createEndPortalSession } from './accounts/end-portal-session.ts';
import { createGetPortalSession } from './accounts/get-portal-session.ts';
import { createListApiKeys } from './accounts/list-api-keys.ts';
import { createListAuditLog } from './accounts/list-audit-log.ts';
import { createListPortalSessions } from './accounts/list-portal-sessions.ts';
import { createOpenPortalSession } from './accounts/open-portal-session.ts';
import { createRemoveAccount } from './accounts/remove.ts';
import { createRevokeApiKey } from './accounts/revoke-api-key.ts';
import { createRevokePortalSession } from './accounts/revoke-portal-session.ts';
import { createSetAccountStatus } from './accounts/set-status.ts';
import { createGetDelivery } from './deliveries/get.ts';
import { createGetAccountStatistics } from './deliveries/get-account-statistics.ts';
import { createGetDrill } from './deliveries/get-drill.ts';
import { createGetStatistics } from './deliveries/get-statistics.ts';
import { createListDeliveries } from './deliveries/list.ts';
import { createRetryDelivery } from './deliveries/retry.ts';
import { createSendEvent } from './deliveries/send-event.ts';
import { createSendTest } from './deliveries/send-test.ts';
import { createStartDrill } from './deliveries/start-drill.ts';
import { createGetDescription } from './description/get.ts';
import { createGetService } from './description/get-service.ts';
import { createGetEvent } from './events/get.ts';
import { createListEvents } from './events/list.ts';
import { createListEventTypes } from './events/list-types.ts';
import type { ApiDeps } from './http/api-deps.ts';
import type { Handler } from './http/handler.ts';
import { createCheckUrl } from './subscriptions/check-url.ts';
import { createCreateSubscription } from './subscriptions/create.ts';
import { createDeleteSubscription } from './subscriptions/delete.ts';
import { createGetSubscription } from './subscriptions/get.ts';
import { createListSubscriptions } from './subscriptions/list.ts';
import { createPauseSubscription } from './subscriptions/pause.ts';
import { createResumeSubscription } from './subscriptions/resume.ts';
import { createRevealSecret } from './subscriptions/reveal-secret.ts';
import { createRotateSecret } from './subscriptions/rotate-secret.ts';
import { createUpdateSubscription } from './subscriptions/update.ts';
import { createVerifySubscription } from './subscriptions/verify.ts';

/** The handler of each route. A route that contract/routes.ts declares does not compile without one. */
export function createHandlers(deps: ApiDeps): { readonly [Key in RouteKey]: Handler<Key> } {
  return {
    'GET /': createGetService(deps),
    'GET /openapi.json': createGetDescription(deps),
    'GET /event-types': createListEventTypes(deps),
    'GET /events': createListEvents(deps),
    'GET /events/{id}': createGetEvent(deps),
    'POST /events/{id}/deliveries': createSendEvent(deps),
    'GET /subscriptions': createListSubscriptions(deps),
    'POST /subscriptions': createCreateSubscription(deps),
    'POST /url-checks': createCheckUrl(deps),
    'GET /subscriptions/{id}': createGetSubscription(deps),
    'PATCH /subscriptions/{id}': createUpdateSubscription(deps),
    'DELETE /subscriptions/{id}': createDeleteSubscription(deps),
    'POST /subscriptions/{id}/pause': createPauseSubscription(deps),
    'POST /subscriptions/{id}/resume': createResumeSubscription(deps),
    'POST /subscriptions/{id}/verify': createVerifySubscription(deps),
    'GET /subscriptions/{id}/secret': createRevealSecret(deps),
    'POST /subscriptions/{id}/secret/rotate': createRotateSecret(deps),
    'GET /subscriptions/{id}/deliveries': createListDeliveries(deps),
    'GET /subscriptions/{id}/stats': createGetStatistics(deps),
    'GET /statistics': createGetAccountStatistics(deps),
    'POST /subscriptions/{id}/test': createSendTest(deps),
    'GET /deliveries/{id}': createGetDelivery(deps),
    'POST /deliveries/{id}/retry': createRetryDelivery(deps),
    'POST /subscriptions/{id}/drill': createStartDrill(deps),
    'GET /drills/{id}': createGetDrill(deps),
    'POST /portal-session': createOpenPortalSession(deps),
    'GET /portal-session': createGetPortalSession(deps),
    'DELETE /portal-session': createEndPortalSession(deps),
    'GET /audit-log': createListAuditLog(deps),
    'GET /accounts/{accountId}/api-keys': createListApiKeys(deps),
    'POST /accounts/{accountId}/api-keys': createCreateApiKey(deps),
    'DELETE /accounts/{accountId}/api-keys/{keyId}': createRevokeApiKey(deps),
    'GET /accounts/{accountId}/portal-sessions': createListPortalSessions(deps),
    'POST /accounts/{accountId}/portal-sessions': createCreatePortalSession(deps),
    'DELETE /accounts/{accountId}/portal-sessions/{sessionId}': createRevokePortalSession(deps),
    'PUT /accounts/{accountId}/status': createSetAccountStatus(deps),
    'DELETE /accounts/{accountId}': createRemoveAccount(deps),
  };
}
