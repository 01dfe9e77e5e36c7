import type { IncomingMessage } from 'node:http';

/** `CorsConfiguration` of an HTTP API, limited to what this machine honours. */
export interface CorsConfiguration {
  readonly AllowOrigins: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAge?: number;
}

const honoured = ['AllowOrigins', 'AllowMethods', 'AllowHeaders', 'ExposeHeaders', 'MaxAge'];

/** Throws if the configuration would mean something else here than on AWS. */
export function readCorsConfiguration(configuration: object): CorsConfiguration {
  const unknown = Object.keys(configuration).filter((name) => !honoured.includes(name));
  if (unknown.length > 0)
    throw new Error(`the local run does not support CorsConfiguration ${unknown.join(', ')}`);
  const cors = configuration as CorsConfiguration;
  const pattern = cors.AllowOrigins.find((origin) => origin.includes('*'));
  if (pattern) throw new Error(`the local run supports exact origins only, not ${pattern}`);
  return cors;
}

/**
 * The CORS headers of an answer or of the answer to a preflight. The browser compares them with the request: a
 * preflight for a method that is not listed gets the same headers.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function corsHeaders(
  cors: CorsConfiguration,
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
): Map<string, string> {
  const { origin = '' } = headers;
  if (!cors.AllowOrigins.includes(origin)) return new Map();
  if (method !== 'OPTIONS') {
    return present({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': cors.ExposeHeaders?.join(),
    });
  }
  // An OPTIONS request without this header is not a preflight.
  if (!headers['access-control-request-method']) return new Map();
  return present({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': cors.AllowMethods?.join(),
    'access-control-allow-headers': cors.AllowHeaders?.join(),
    'access-control-max-age': cors.MaxAge?.toString(),
  });
}

/** If the API has a CORS configuration, the gateway ignores CORS headers that a function sets. */
export function withoutCorsHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('access-control-')),
  );
}

function present(headers: Record<string, string | undefined>): Map<string, string> {
  return new Map(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
