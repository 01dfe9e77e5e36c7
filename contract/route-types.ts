import type * as z from 'zod';
import type { PreparedText } from './route.ts';
import type { RouteKey, Routes } from './routes.ts';

/** What a route takes, once the request is parsed. */
export interface RouteInput<Key extends RouteKey> {
  readonly path: PathOutput<Routes[Key]>;
  readonly query: QueryOutput<Routes[Key]>;
  readonly body: BodyOutput<Routes[Key]>;
}

/** What a route answers with when it succeeds, before it is made JSON. */
export type RouteOutput<Key extends RouteKey> = AnswerBody<Routes[Key]> & AnswerEtag<Routes[Key]>;

type PathOutput<Route> = Route extends { readonly path: infer Path extends Record<string, z.ZodType> }
  ? { readonly [Name in keyof Path]: z.output<Path[Name]> }
  : Readonly<Record<string, never>>;

type QueryOutput<Route> = Route extends { readonly query: infer Query extends z.ZodType }
  ? z.output<Query>
  : Readonly<Record<string, never>>;

type BodyOutput<Route> = Route extends { readonly body: infer Body } ? z.output<BodySchema<Body>> : undefined;

type BodySchema<Body> = Body extends (limits: never) => z.ZodType
  ? ReturnType<Body>
  : Body extends z.ZodType
    ? Body
    : never;

type AnswerBody<Route> = Route extends { readonly answer: { readonly isPrepared: true } }
  ? { readonly prepared: PreparedText }
  : AnswerObject<Route>;

type AnswerObject<Route> = Route extends { readonly answer: { readonly body: infer Body extends z.ZodType } }
  ? { readonly body: z.input<Body> }
  : { readonly body?: never };

type AnswerEtag<Route> = Route extends { readonly answer: { readonly hasEtag: true } }
  ? { readonly etag: string }
  : { readonly etag?: never };
