import { Duration } from 'aws-cdk-lib';
import { CorsHttpMethod, type CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { methodAndPathOf, routeKeysWith } from '../contract/routes.ts';
import type { Stage } from './stage.ts';

/**
 * What scripts of the stage's origins may do. They send a key or session token and no cookies, so credentials stay
 * off.
 */
export function corsPreflight({ corsOrigins }: Stage): CorsPreflightOptions | undefined {
  if (corsOrigins.length === 0) return undefined;
  return {
    allowOrigins: corsOrigins,
    allowMethods: pageMethods(),
    allowHeaders: ['authorization', 'content-type', 'if-match', 'idempotency-key'],
    exposeHeaders: ['etag', 'x-request-id', 'retry-after', 'idempotency-replayed'],
    maxAge: Duration.hours(1),
  };
}

/** The methods of all routes but the backend's, because a page cannot sign requests. */
function pageMethods(): CorsHttpMethod[] {
  const routeKeys = routeKeysWith('public', 'read', 'manage', 'secrets', 'session');
  return [...new Set(routeKeys.map((routeKey) => CorsHttpMethod[methodAndPathOf(routeKey).method]))];
}
