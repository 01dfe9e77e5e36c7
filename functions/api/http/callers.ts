import type { Access } from '../../../contract/route.ts';
import { isServed } from '../../../core/accounts/account.ts';
import type { Actor } from '../../../core/accounts/audit.ts';
import {
  capabilities as allCapabilities,
  type Capability,
  type CredentialKind,
} from '../../../core/accounts/credential.ts';
import { requestLimits } from '../../../core/accounts/request-limits.ts';
import type { ApiDeps } from './api-deps.ts';
import { type Refusal, refuse, refuseSuspended, refuseTooManyRequests } from './refusal.ts';
import type { ApiEvent, AuthorizerContext } from './request.ts';

export interface Caller {
  readonly accountId: string;
  readonly actor: Actor;
  readonly capabilities: readonly Capability[];
}

type AccountAccess = Exclude<Access, 'public' | 'iam'>;

/** One answer, whatever is wrong: nobody learns which keys there are. */
export function refuseUnknownCredential(): Refusal {
  return refuse(
    'unauthorized',
    'The Authorization header holds no API key or session token that is good: it is misspelt, revoked or expired, or lacks "Bearer".',
  );
}

type CallerDeps = Pick<ApiDeps, 'accountStatus' | 'reserveTurns' | 'now'>;

/** Says who sends a request to a route that is not public, and refuses those who may not. */
export function createCallerCheck(deps: CallerDeps) {
  return async function identifyCaller(
    access: Exclude<Access, 'public'>,
    { pathParameters = {}, requestContext: { authorizer } }: ApiEvent,
  ): Promise<Caller | Refusal> {
    if (access !== 'iam') return identifyAccount(access, authorizer?.lambda ?? {});
    // The gateway has checked the signature. A route that lost its authorizer by mistake must not be open.
    const arn = authorizer?.iam?.userArn;
    if (!arn) return refuse('unauthorized', 'A signed request of the helpdesk backend is needed.');
    return {
      accountId: pathParameters['accountId'] ?? '',
      actor: { kind: 'backend', id: arn },
      capabilities: allCapabilities,
    };
  };

  async function identifyAccount(
    access: AccountAccess,
    { accountId, capabilities, credentialKind: kind, credentialId: id }: Partial<AuthorizerContext>,
  ): Promise<Caller | Refusal> {
    if (!accountId || !kind || !id) return refuseUnknownCredential();
    if (!isServed(await deps.accountStatus.findAccountStatus(accountId))) return refuseSuspended();
    const held = allCapabilities.filter((capability) => capabilities?.includes(capability));
    const refusal = refuseIncapable(access, held, kind);
    if (refusal) return refusal;
    const turn = await deps.reserveTurns(requestLimits(accountId, access), deps.now());
    if (turn.kind !== 'now') return refuseTooManyRequests('The account sends too many requests.');
    return { accountId, actor: { kind, id }, capabilities: held };
  }
}

function refuseIncapable(
  access: AccountAccess,
  held: readonly Capability[],
  kind: CredentialKind,
): Refusal | undefined {
  if (access === 'session') {
    if (kind === 'portal-session') return undefined;
    return refuse('forbidden', 'The route is for sessions of the page; this is an API key.');
  }
  const needed: Capability = access === 'read' ? 'view' : access;
  if (held.includes(needed)) return undefined;
  return refuse(
    'forbidden',
    kind === 'api-key'
      ? 'This key may only read; the route needs the role "manage".'
      : `This session lacks the capability "${needed}".`,
  );
}
