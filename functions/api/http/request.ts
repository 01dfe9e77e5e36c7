import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { CredentialKind, Role } from '../../../core/accounts/credential.ts';

/** What the authorizer adds to a request with a credential of an account. */
export interface AuthorizerContext {
  readonly accountId: string;
  readonly role: Role;
  readonly credentialKind: CredentialKind;
  readonly credentialId: string;
}

/** What API Gateway sends for a route, whatever its access is. */
export type ApiEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  readonly requestContext: APIGatewayProxyEventV2['requestContext'] & {
    readonly authorizer?: {
      readonly lambda?: Partial<AuthorizerContext> | null;
      readonly iam?: { readonly userArn?: string } | null;
    };
  };
};

type Parameters = Readonly<Record<string, string | undefined>>;

/** A request before anything in it is checked. */
export interface RawRequest {
  /** `POST /subscriptions/{id}/verify` */
  readonly routeKey: string;
  readonly pathParameters: Parameters;
  readonly query: Parameters;
  /** By their names in lower case. */
  readonly headers: Parameters;
  readonly body: string | undefined;
  readonly requestId: string;
  readonly sourceIp: string;
  /** The name under which the caller reached this API. */
  readonly ownHost: string;
}

export function readEvent(event: ApiEvent): RawRequest {
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
