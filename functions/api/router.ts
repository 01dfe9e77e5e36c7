import type { PreparedText } from '../../contract/route.ts';
import { type RouteKey, routeKeys, routeOf, routes } from '../../contract/routes.ts';
import { identifierSchema } from '../../core/identifiers.ts';
import { createHandlers } from './handlers.ts';
import type { ApiDeps } from './http/api-deps.ts';
import { type Caller, createCallerCheck } from './http/callers.ts';
import { refuseOtherEncoding } from './http/encoding.ts';
import { createIdempotency } from './http/idempotency.ts';
import { respondPrepared } from './http/prepared-text.ts';
import { createInputReader } from './http/read-input.ts';
import type { Refusal } from './http/refusal.ts';
import { type ApiEvent, completeEvent, type RawRequest, readEvent } from './http/request.ts';
import { type ApiResponse, respondAnswer, respondProblem } from './http/response.ts';
import { sendChanged } from './http/unchanged.ts';
import { respondUnrouted } from './http/unrouted.ts';

/** A handler of any route: what it takes and returns fits, since both derive from one declaration. */
type AnyHandler = (request: object) => Promise<AnyAnswer | Refusal>;
type AnyAnswer = { readonly body?: unknown; readonly etag?: string } | { readonly prepared: PreparedText };

export function createApi(deps: ApiDeps) {
  const handlers = createHandlers(deps);
  const identifyCaller = createCallerCheck(deps);
  const answerOnce = createIdempotency(deps);
  const inputReaders = new Map(
    routeKeys.map((routeKey) => [routeKey, createInputReader(routeOf(routeKey), deps)]),
  );

  /** Called by AWS: one request, already authorized if its route asks for it. */
  return async function serveRequest(given: object): Promise<ApiResponse> {
    const event = completeEvent(given);
    const { routeKey } = event;
    const { requestId, authorizer } = event.requestContext;
    const startedAt = deps.now();
    const answer = await route(event).catch((error: unknown) => {
      deps.telemetry.error('request.failed', { routeKey, requestId, error });
      const detail = `Something failed on our side; quote request ${requestId}.`;
      return respondProblem({ slug: 'internal-error', detail });
    });
    deps.telemetry.info('request.served', {
      routeKey,
      requestId,
      accountId: authorizer?.lambda?.accountId,
      credentialId: authorizer?.lambda?.credentialId,
      status: answer.statusCode,
      durationMs: deps.now().getTime() - startedAt.getTime(),
    });
    const headers = { ...answer.headers, 'x-request-id': requestId };
    return isHead(event) ? { statusCode: answer.statusCode, headers } : { ...answer, headers };
  };

  async function route(event: ApiEvent): Promise<ApiResponse> {
    const routeKey = event.routeKey.replace(/^HEAD /, 'GET ');
    if (!isRouteKey(routeKey)) return respondUnrouted(event);
    const request = readEvent(event);
    const { access, repeatable } = routeOf(routeKey);
    if (access === 'public') return servePublic(routeKey, event, request);
    const caller = await identifyCaller(access, event);
    if ('problem' in caller) return respondProblem(caller.problem);
    // Before the Idempotency-Key: its fingerprint tells texts apart, not bytes.
    const refusal = refuseOtherEncoding(event);
    if (refusal) return respondProblem(refusal.problem);
    // The account in a backend's path is not checked yet; the handler's input will be.
    const isKnown = identifierSchema.safeParse(caller.accountId).success;
    return repeatable && isKnown
      ? answerOnce(request, caller, () => serve(routeKey, request, caller))
      : serve(routeKey, request, caller);
  }

  async function servePublic(routeKey: RouteKey, event: ApiEvent, request: RawRequest): Promise<ApiResponse> {
    const refusal = routeOf(routeKey).body && refuseOtherEncoding(event);
    return refusal ? respondProblem(refusal.problem) : serve(routeKey, request);
  }

  async function serve(routeKey: RouteKey, request: RawRequest, caller?: Caller): Promise<ApiResponse> {
    const input = inputReaders.get(routeKey)?.(request);
    if (!input) throw new Error(`${routeKey} has no input reader`);
    if ('problem' in input) return respondProblem(input.problem);
    const { requestId, sourceIp, ownHost, ownUrl, headers } = request;
    const context = { requestId, sourceIp, ownHost, ownUrl, ifMatch: headers['if-match'] };
    const answer = await (handlers[routeKey] as AnyHandler)({ ...input, ...context, ...caller });
    if ('problem' in answer) return respondProblem(answer.problem);
    if ('prepared' in answer) return respondPrepared(answer.prepared, request);
    return sendChanged(request, respondAnswer(routeOf(routeKey), answer));
  }
}

function isHead({ requestContext }: ApiEvent): boolean {
  return requestContext.http.method === 'HEAD';
}

function isRouteKey(text: string): text is RouteKey {
  return Object.hasOwn(routes, text);
}
