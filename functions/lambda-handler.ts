import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';

/**
 * A function that is out of time is ended by Lambda, with all that it has under way. Middy would make it fail a moment
 * before, and what is under way would go on in the next invocation.
 */
export function createLambdaHandler<Event, Result>(
  handle: (event: Event, context: Context) => Promise<Result>,
  middlewares: readonly MiddlewareObj[],
) {
  return middy<Event, Result>(handle, { timeoutEarlyInMillis: 0 }).use([...middlewares]);
}
