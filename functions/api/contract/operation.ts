import * as z from 'zod';
import type { ProblemSlug } from '../problems.ts';

/** What the API promises of one route. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'Subscriptions' | 'Deliveries' | 'Events' | 'Account' | 'Backend' | 'Contract';
  /** The path's `{id}`; what else a path names is told by its name. */
  readonly idOf?: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** A body may be left out, and is `{}` then. */
  readonly isBodyOptional?: boolean;
  /** Heeds `If-Match`. */
  readonly isConditional?: boolean;
  readonly answer: Answer;
  /** Errors that are this route's own; those of every route of its kind come on top. */
  readonly problems?: readonly ProblemSlug[];
}

export interface Answer {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  readonly body?: z.ZodType;
  /** Carries the subscription's `ETag`. */
  readonly hasEtag?: boolean;
}

export function listOf(item: z.ZodType): z.ZodObject {
  return z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: '`cursor` of the next page; null on the last one.' }),
  });
}
