import { Duration } from 'aws-cdk-lib';
import type { CorsHttpMethod, CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { apiRoutes } from '../functions/api/routes.ts';
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
  const routeKeys = Object.entries(apiRoutes).flatMap(([routeKey, access]) =>
    access === 'iam' ? [] : [routeKey],
  );
  return [...new Set(routeKeys.map((routeKey) => routeKey.split(' ')[0] as CorsHttpMethod))];
}
