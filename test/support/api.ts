import { fileURLToPath } from 'node:url';
import { createAuditLog } from '../../adapters/dynamo-audit-log.ts';
import { createCredentialStore } from '../../adapters/dynamo-credential-store.ts';
import { createDeliveryHistory } from '../../adapters/dynamo-delivery-history.ts';
import { createEventHistory } from '../../adapters/dynamo-event-history.ts';
import { createIdempotencyStore } from '../../adapters/dynamo-idempotency-store.ts';
import { createNamedHosts } from '../../adapters/dynamo-named-hosts.ts';
import { createParkedDeliveries } from '../../adapters/dynamo-parked-deliveries.ts';
import { createSlots } from '../../adapters/dynamo-slots.ts';
import { createTokenStore } from '../../adapters/dynamo-token-store.ts';
import { createDescriptionReader } from '../../adapters/file-description.ts';
import {
  type Capability,
  type CredentialKind,
  capabilitiesByRole,
  type Role,
} from '../../core/accounts/credential.ts';
import type { ApiDeps } from '../../functions/api/http/api-deps.ts';
import type { ApiEvent } from '../../functions/api/http/request.ts';
import { createApi } from '../../functions/api/router.ts';
import { createCallLimiter } from '../../functions/receivers/call-limiter.ts';
import { anywhere, type Deployment } from './deployment.ts';

export interface ApiCall {
  readonly accountId?: string;
  /** By the helpdesk backend. */
  readonly isSigned?: boolean;
  readonly role?: Role;
  /** Instead of a role. */
  readonly capabilities?: readonly Capability[];
  /** Whose request it is. Left out, that of an API key. */
  readonly credential?: { readonly kind: CredentialKind; readonly id: string };
  readonly id?: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly overrides?: Partial<ApiEvent>;
}

export interface TestApi {
  /** A request as API Gateway sends it once an account's credential has been let pass. */
  call(routeKey: string, call?: ApiCall): Promise<ApiAnswer>;
  /** A request that the helpdesk backend has signed. */
  callSigned(
    routeKey: string,
    pathParameters: Readonly<Record<string, string>>,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
  readonly credentials: ReturnType<typeof createCredentialStore>;
  readonly auditLog: ReturnType<typeof createAuditLog>;
}

export interface ApiAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that the test says it has
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export const backendArn = 'arn:aws:iam::000000000000:role/helpdesk';

/** The API function with the adapters that are deployed, on a deployment's engines. */
export function createTestApi(deployment: Deployment, overrides: Partial<ApiDeps> = {}): TestApi {
  const { subscriptions, accounts, cipher, telemetry, clock, table } = deployment;
  const credentials = createCredentialStore(table);
  const auditLog = createAuditLog(table);
  let lastByte = 0;
  const serve = createApi({
    subscriptions,
    accounts,
    accountStatus: accounts,
    stageStatus: deployment.stageStatus,
    credentials,
    slots: createSlots(table),
    auditLog,
    idempotency: createIdempotencyStore(table),
    deliveries: deployment.deliveries,
    deliveryHistory: createDeliveryHistory(table),
    events: deployment.events,
    eventHistory: createEventHistory(table),
    retries: deployment.retries,
    queueMarginSeconds: 60,
    eventsSettleSeconds: 60,
    callbackTimeoutMs: 15_000,
    retentionDays: 30,
    portalUrl: 'https://portal.iomnihub.example',
    cacheMs: 5_000,
    parked: createParkedDeliveries(table),
    statistics: deployment.statistics,
    cipher,
    telemetry,
    readDescription: createDescriptionReader(fileURLToPath(new URL('../../docs', import.meta.url))),
    rules: anywhere,
    names: { resolveName: async () => [] },
    receiverVerification: 'off',
    reserveTurns: createCallLimiter(createTokenStore(table)),
    namedHosts: createNamedHosts(table),
    cursorKey: async () => Buffer.alloc(32, 9),
    now: clock.now,
    randomBytes: (size) => {
      lastByte += 1;
      return Buffer.alloc(size, lastByte);
    },
    ...overrides,
  });

  async function send(event: Partial<ApiEvent>): Promise<ApiAnswer> {
    const { statusCode, headers = {}, body } = await serve(event);
    return {
      status: statusCode,
      headers: headers as Record<string, string>,
      body: JSON.parse(body ?? 'null'),
    };
  }

  return {
    credentials,
    auditLog,
    call,
    callSigned: (routeKey, pathParameters, body, headers = {}) =>
      call(routeKey, { isSigned: true, pathParameters, headers, ...(body === undefined ? {} : { body }) }),
  };

  function call(routeKey: string, request: ApiCall = {}): Promise<ApiAnswer> {
    const { accountId, isSigned, role = 'manage', id, body, ...rest } = request;
    const {
      capabilities = capabilitiesByRole[role],
      credential = { kind: 'api-key', id: 'key-1' } as const,
      ...others
    } = rest;
    const lambda = {
      accountId,
      capabilities,
      credentialKind: credential.kind,
      credentialId: credential.id,
    };
    const authorizer = isSigned ? { iam: { userArn: backendArn } } : { lambda };
    return send({
      ...eventOf(routeKey, isSigned || accountId ? authorizer : undefined, body),
      pathParameters: { ...others.pathParameters, ...(id === undefined ? {} : { id }) },
      ...(others.query ? { queryStringParameters: others.query } : {}),
      ...(others.headers ? { headers: others.headers } : {}),
      ...others.overrides,
    });
  }
}

function eventOf(routeKey: string, authorizer: object | undefined, body: unknown): Partial<ApiEvent> {
  return {
    routeKey,
    headers: {},
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    isBase64Encoded: false,
    requestContext: {
      requestId: 'request-1',
      domainName: 'api.iomnihub.example',
      http: { sourceIp: '203.0.113.9' },
      authorizer,
    } as unknown as ApiEvent['requestContext'],
  };
}
