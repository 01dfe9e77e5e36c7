import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { type CorsConfiguration, corsHeaders, withoutCorsHeaders } from './cors.ts';
import { type GatewayEvent, toGatewayEvent, withBody } from './gateway-event.ts';
import { type LocalServer, listen } from './http-server.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { readBody } from './request-body.ts';
import { claimsOperator, isSignedByOperator, operatorArn } from './sigv4.ts';

export interface HttpApi {
  readonly routes: readonly ApiRoute[];
  /** Undefined: OPTIONS is a method like any other, and CORS headers from functions are passed on. */
  readonly cors: CorsConfiguration | undefined;
}

export interface ApiRoute {
  /** Such as `GET /subscriptions/{id}`. */
  readonly routeKey: string;
  readonly target: LambdaFunction;
  readonly authorization:
    | { type: 'NONE' }
    | { type: 'AWS_IAM' }
    | { type: 'CUSTOM'; authorizer: ApiAuthorizer };
}

export interface ApiAuthorizer {
  readonly target: LambdaFunction;
  /** Such as `$request.header.Authorization`. */
  readonly identitySource: readonly string[];
  readonly ttlSeconds: number;
}

interface AuthorizerAnswer {
  readonly isAuthorized: boolean;
  readonly context?: Record<string, unknown>;
}

interface FunctionAnswer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * API Gateway's HTTP API in front of functions: routes, authorizers and their cache, payload format 2.0, CORS, and
 * the gateway's own answers.
 */
export function startHttpApi(
  { routes, cors }: HttpApi,
  port: number,
  onFault: (fault: unknown) => void,
): Promise<LocalServer> {
  const compiled = routes
    .map((route) => ({ ...route, match: compileRoute(route.routeKey) }))
    .sort((a, b) => Number(isGreedy(a)) - Number(isGreedy(b)));
  const authorized = new LRUCache<string, AuthorizerAnswer>({ max: 10_000 });

  return listen(
    async (request, response) => {
      if (cors) {
        response.setHeaders(corsHeaders(cors, request));
        if (request.method === 'OPTIONS') return answerWith(response, { statusCode: 204 });
      }
      const url = URL.parse(`http://localhost${request.url}`);
      // Node reads bytes outside ASCII as Latin-1: the function would get other characters than were sent.
      if (!url || !/^[\x21-\x7e]*$/.test(request.url ?? ''))
        return answerMessage(response, 400, 'Bad Request');
      for (const route of compiled) {
        const pathParameters = route.match(request.method ?? '', url.pathname);
        if (!pathParameters) continue;
        const event = toGatewayEvent(route.routeKey, request, url, pathParameters);
        return serve(route, event, request, response);
      }
      return answerMessage(response, 404, 'Not Found');
    },
    port,
    onFault,
  );

  async function serve(
    { authorization, target }: ApiRoute,
    event: GatewayEvent,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      if (authorization.type === 'AWS_IAM' && !claimsOperator(event.headers))
        return answerMessage(response, 403, 'Forbidden');
      if (authorization.type === 'CUSTOM') {
        const identity = identityOf(event, authorization.authorizer.identitySource);
        if (!identity) return answerMessage(response, 401, 'Unauthorized');
        const answer = await authorize(authorization.authorizer, identity, event);
        if (!answer.isAuthorized) return answerMessage(response, 403, 'Forbidden');
        event.requestContext['authorizer'] = { lambda: answer.context ?? null };
      }
      // Not before: a caller who may not use the route must not fill this process with a body.
      const body = await readBody(request);
      if (!body) return answerMessage(response, 413, 'Request Entity Too Large');
      if (authorization.type === 'AWS_IAM') {
        if (!(await isSignedByOperator(event, body))) return answerMessage(response, 403, 'Forbidden');
        event.requestContext['authorizer'] = { iam: { userArn: operatorArn } };
      }
      const answer = (await target.invoke(withBody(event, body))) as FunctionAnswer;
      answerWith(response, cors ? { ...answer, headers: withoutCorsHeaders(answer.headers) } : answer);
    } catch (error) {
      onFault(error);
      answerMessage(response, 500, 'Internal Server Error');
    }
  }

  async function authorize(
    authorizer: ApiAuthorizer,
    identity: string,
    event: GatewayEvent,
  ): Promise<AuthorizerAnswer> {
    const cacheKey = identity;
    const known = authorized.get(cacheKey);
    if (known) return known;
    const request = { ...event, type: 'REQUEST', routeArn: event.routeKey, identitySource: [identity] };
    const answer = (await authorizer.target.invoke(request)) as AuthorizerAnswer;
    if (authorizer.ttlSeconds > 0) authorized.set(cacheKey, answer, { ttl: authorizer.ttlSeconds * 1000 });
    return answer;
  }
}

/** A greedy path variable takes whatever no other route of the method does. */
function isGreedy({ routeKey }: ApiRoute): boolean {
  return routeKey.includes('+}');
}

function compileRoute(
  routeKey: string,
): (method: string, path: string) => Record<string, string> | undefined {
  const [routeMethod, template = ''] = routeKey.split(' ');
  const pattern = new RegExp(
    `^${template.replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, plus: string) => `(?<${name}>${plus ? '.' : '[^/]'}+)`)}$`,
  );
  return (method, path) => {
    const match = method === routeMethod ? pattern.exec(path) : null;
    if (!match) return undefined;
    return Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)]),
    );
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Undefined if a source is missing. The gateway then answers without calling the authorizer. */
function identityOf(event: GatewayEvent, sources: readonly string[]): string | undefined {
  const values = sources.map((source) => {
    const header = /^\$request\.header\.(.+)$/.exec(source)?.[1];
    if (!header) throw new Error(`the local run does not support the identity source ${source}`);
    return event.headers[header.toLowerCase()];
  });
  return values.every(Boolean) ? values.join('\n') : undefined;
}

function answerWith(
  response: ServerResponse,
  { statusCode, headers, body = '', isBase64Encoded }: FunctionAnswer,
): void {
  response.writeHead(statusCode, headers).end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}

/** The format of all the gateway's own answers. */
function answerMessage(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}
