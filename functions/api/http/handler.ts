import type { RouteInput, RouteOutput } from '../../../contract/route-types.ts';
import type { RouteKey, Routes } from '../../../contract/routes.ts';
import type { Actor } from '../../../core/accounts/audit.ts';
import type { Capability } from '../../../core/accounts/credential.ts';
import type { Refusal } from './refusal.ts';

/** What every handler knows of a request besides its path, query and body. */
export interface RequestContext {
  readonly requestId: string;
  readonly sourceIp: string;
  /** The name under which the caller reached this API. */
  readonly ownHost: string;
  /** The address under which the caller reached this API, without a path. */
  readonly ownUrl: string;
  readonly ifMatch: string | undefined;
}

/** A request of a caller that we know. */
export interface CallerContext extends RequestContext {
  /** The caller's own account, as the authorizer says. For the helpdesk backend, the account in the path. */
  readonly accountId: string;
  readonly actor: Actor;
  readonly capabilities: readonly Capability[];
}

export type HandlerRequest<Key extends RouteKey> = RouteInput<Key> &
  (Routes[Key]['access'] extends 'public' ? RequestContext : CallerContext);

/** Serves one route: gets its input parsed, and returns the answer or the problem that the router sends. */
export type Handler<Key extends RouteKey> = (
  request: HandlerRequest<Key>,
) => Promise<RouteOutput<Key> | Refusal>;
