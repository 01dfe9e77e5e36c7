import type * as z from 'zod';
import type { CallbackUrlRules } from '../core/receivers/callback-address.ts';
import type { ProblemSlug } from './problems.ts';

/**
 * Who may call a route. `read`, `manage` and `secrets`: an API key or a portal session that is good for it. `session`: a
 * portal session, about itself. `iam`: the helpdesk backend, which signs its requests (AWS Signature Version 4). `public`:
 * anybody, without a credential.
 */
export type Access = 'read' | 'manage' | 'secrets' | 'session' | 'iam' | 'public';

/** The settings of a stage that some request bodies depend on. */
export interface StageLimits {
  readonly rules: CallbackUrlRules;
  readonly callbackTimeoutMs: number;
}

/** What the API promises of one route. Its method and path are the key under which it is declared. */
export interface Route {
  readonly operationId: string;
  readonly access: Access;
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'Subscriptions' | 'Deliveries' | 'Events' | 'Account' | 'Backend' | 'Contract';
  /** One schema for each `{name}` in the path. */
  readonly path?: Readonly<Record<string, z.ZodType>>;
  /** Without a schema, a query is refused: a caller must not believe that an ignored filter has worked. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType | ((limits: StageLimits) => z.ZodType);
  /** The body may be left out. It counts as `{}` then. */
  readonly isBodyOptional?: boolean;
  /** Checks `If-Match`. */
  readonly conditional?: boolean;
  /** Takes an `Idempotency-Key`: a repeated request gets the first answer again. */
  readonly repeatable?: boolean;
  readonly answer: Answer;
  /** The problems of this route alone. Those of all routes with the same access come on top. */
  readonly problems?: readonly ProblemSlug[];
}

export interface Answer {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  readonly body?: z.ZodType;
  /** Carries an `ETag`. */
  readonly hasEtag?: boolean;
  /** The same for everybody and known ahead: compressed once, and kept by caches. */
  readonly isPrepared?: boolean;
}

/** A JSON text that is sent many times. */
export interface PreparedText {
  readonly text: string;
  readonly gzip: Uint8Array;
  /** Names this text, without quotes. */
  readonly tag: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type PathName<Key> = Key extends `${string}{${infer Name}}${infer Rest}` ? Name | PathName<Rest> : never;
type PathOf<Key> = [PathName<Key>] extends [never]
  ? { readonly path?: never }
  : { readonly path: Readonly<Record<PathName<Key>, z.ZodType>> };

/** Checks at compile time that each key is a method and a path, and that every `{name}` in it has a schema. */
export function declareRoutes<
  const Routes extends {
    readonly [Key in keyof Routes]: Key extends `${Method} /${string}` ? Route & PathOf<Key> : never;
  },
>(routes: Routes): Routes {
  return routes;
}
