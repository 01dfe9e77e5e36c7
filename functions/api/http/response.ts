import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { problems, problemType } from '../../../contract/problems.ts';
import type { Route } from '../../../contract/route.ts';
import type { Problem } from './refusal.ts';

export type ApiResponse = APIGatewayProxyStructuredResultV2;

/** Answers may hold secrets and are true only now: no cache on the way may keep them. */
const neverStored = { 'cache-control': 'no-store' };

/** The answer of a handler as API Gateway takes it. */
export function respondAnswer(
  { answer: { status } }: Route,
  { body, etag }: { readonly body?: unknown; readonly etag?: string },
): ApiResponse {
  if (body === undefined) return { statusCode: status, headers: neverStored };
  return {
    statusCode: status,
    headers: { ...neverStored, 'content-type': 'application/json', ...(etag ? { etag } : {}) },
    body: JSON.stringify(body),
  };
}

/** An error by RFC 9457. The router adds the id of the request. */
export function respondProblem(problem: Problem): ApiResponse {
  const { slug, detail, issues, retryAfterSeconds, deliveryId } = problem;
  const { status, title } = problems[slug];
  return {
    statusCode: status,
    headers: {
      ...neverStored,
      'content-type': 'application/problem+json',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: JSON.stringify({ type: problemType(slug), title, status, detail, issues, deliveryId }),
  };
}
