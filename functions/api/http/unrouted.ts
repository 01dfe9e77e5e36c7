import { methodsAt } from '../../../contract/routes.ts';
import { refuse } from './refusal.ts';
import type { ApiEvent } from './request.ts';
import { type ApiResponse, respondProblem } from './response.ts';

/** Answers a request whose method and path no route has. Anybody may send one, so nothing is read for it. */
export function respondUnrouted({ rawPath, requestContext }: ApiEvent): ApiResponse {
  const { method } = requestContext.http;
  const methods = methodsAt(rawPath);
  if (methods.length === 0) return respondProblem(refuse('no-such-route', 'There is no such path.').problem);
  const allow = methods.join(', ');
  if (method === 'OPTIONS') return { statusCode: 204, headers: { allow } };
  const refusal = respondProblem(refuse('method-not-allowed', `The path takes ${allow}.`).problem);
  return { ...refusal, headers: { ...refusal.headers, allow } };
}
