import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Capability, CredentialKind } from '../../../core/accounts/credential.ts';

/** What the authorizer adds to a request with a credential of an account. */
export interface AuthorizerContext {
  readonly accountId: string;
  readonly capabilities: readonly Capability[];
  readonly credentialKind: CredentialKind;
  readonly credentialId: string;
}

/** What API Gateway sends for a route, whatever its access is. See `completeEvent`. */
export type ApiEvent = Omit<APIGatewayProxyEventV2, 'version' | 'requestContext'> & {
  readonly requestContext: APIGatewayProxyEventV2['requestContext'] & {
    readonly authorizer?: {
      readonly lambda?: Partial<AuthorizerContext> | null;
      readonly iam?: { readonly userArn?: string } | null;
    };
  };
};

/**
 * The event with every part that the API reads. A gateway leaves out what a request lacks, or sends null for it, as
 * the older payload format does.
 */
export function completeEvent(event: object): ApiEvent {
  const { requestContext, ...parts } = withoutNulls(event) as Partial<ApiEvent>;
  return {
    routeKey: '',
    rawPath: '',
    rawQueryString: '',
    headers: {},
    pathParameters: {},
    queryStringParameters: {},
    isBase64Encoded: false,
    ...parts,
    requestContext: {
      requestId: '',
      domainName: '',
      ...requestContext,
      http: { method: '', path: '', sourceIp: '', ...requestContext?.http },
    } as ApiEvent['requestContext'],
  };
}

function withoutNulls(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([name, part]: [string, unknown]) => [name, isPlainObject(part) ? withoutNulls(part) : part]),
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

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
  /** The address under which the caller reached this API, without a path: `https://api.example.com`. */
  readonly ownUrl: string;
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
    ownUrl: ownUrlOf(event),
  };
}

/** The gateway answers for its own hosts only, so that nobody can put another one into an answer. */
function ownUrlOf({ headers, requestContext }: ApiEvent): string {
  const scheme = headers['x-forwarded-proto'] === 'http' ? 'http' : 'https';
  return `${scheme}://${headers['host'] ?? requestContext.domainName}`;
}
