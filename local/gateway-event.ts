import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { awsAccount } from './intrinsics.ts';

/** What API Gateway sends to a function: payload format 2.0. */
export interface GatewayEvent {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Record<string, string>;
  readonly queryStringParameters?: Record<string, string>;
  readonly pathParameters?: Record<string, string>;
  readonly requestContext: Record<string, unknown> & {
    readonly http: Record<'method' | 'path' | 'protocol' | 'sourceIp' | 'userAgent', string>;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/**
 * The event without the request's body, which authorizers do not get.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toGatewayEvent(
  routeKey: string,
  request: IncomingMessage,
  url: URL,
  pathParameters: Record<string, string>,
): GatewayEvent {
  const { method = '' } = request;
  const headers = headersOf(request);
  const query = queryOf(url);
  const now = new Date();
  return {
    version: '2.0',
    routeKey,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers,
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
    requestContext: {
      accountId: awsAccount,
      apiId: 'local',
      domainName: headers['host']?.replace(/:\d+$/, ''),
      domainPrefix: 'local',
      http: {
        method,
        path: url.pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    isBase64Encoded: false,
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const sent = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : (value ?? ''),
  ]);
  // The gateway says by which scheme it was called.
  return { ...(Object.fromEntries(sent) as Record<string, string>), 'x-forwarded-proto': 'http' };
}

/** Joins the values of a repeated parameter with commas. */
function queryOf({ searchParams }: URL): Record<string, string> {
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name).join(',')]),
  );
}

/**
 * Text by its content type is passed on as text, everything else in base64. So is text that is not UTF-8: how API Gateway
 * decodes it is documented nowhere, and here no byte is lost.
 */
export function withBody(event: GatewayEvent, body: Buffer): GatewayEvent {
  if (body.length === 0) return event;
  const { 'content-type': contentType = '' } = event.headers;
  const isText = /^(text\/|application\/(.*\+)?(json|xml|javascript))/.test(contentType) && isUtf8(body);
  return { ...event, body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}
