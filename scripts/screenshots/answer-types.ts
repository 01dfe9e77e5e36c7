import type * as z from 'zod';
import type { RouteKey, Routes } from '../../contract/routes.ts';

/** What a route answers with, as JSON. */
export type Answer<Key extends RouteKey> = Routes[Key] extends {
  readonly answer: { readonly body: infer Body extends z.ZodType };
}
  ? z.output<Body>
  : never;
