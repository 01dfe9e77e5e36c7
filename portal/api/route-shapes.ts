import type * as z from 'zod';
import type { RouteKey, Routes } from '../../contract/routes.ts';

/** What a route takes and answers, as JSON. The contract is imported for its types alone: its schemas stay on the server. */

export interface RouteRequest<Key extends RouteKey> {
  readonly path?: PathOf<Routes[Key]>;
  readonly query?: QueryOf<Routes[Key]>;
  readonly body?: BodyOf<Routes[Key]>;
}

export type RouteAnswer<Key extends RouteKey> = Routes[Key] extends {
  readonly answer: { readonly body: infer Body extends z.ZodType };
}
  ? z.output<Body>
  : undefined;

/** An item of a list's answer. */
export type ItemOf<Key extends RouteKey> =
  RouteAnswer<Key> extends { readonly items: readonly (infer Item)[] } ? Item : never;

export type BodyOf<Route> = Route extends { readonly body: infer Body } ? z.input<BodySchema<Body>> : never;

type PathOf<Route> = Route extends { readonly path: infer Path }
  ? { readonly [Name in keyof Path]: string }
  : never;

/** Lists are written with commas. */
type QueryOf<Route> = Route extends { readonly query: infer Query extends z.ZodType }
  ? { readonly [Name in keyof z.output<Query>]?: string | number | undefined }
  : never;

type BodySchema<Body> = Body extends (limits: never) => z.ZodType
  ? ReturnType<Body>
  : Body extends z.ZodType
    ? Body
    : never;
