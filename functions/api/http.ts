import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type * as z from 'zod';
import type { Actor } from '../../core/accounts/audit.ts';
import { type ProblemSlug, problems, problemType } from './problems.ts';

/** A request as the routes see it. */
export interface ApiRequest {
  /** `POST /subscriptions/{id}/verify` */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | undefined;
  readonly actor: Actor;
  readonly requestId: string;
  readonly sourceIp: string;
  /** The name under which the caller reached this API. */
  readonly ownHost: string;
}

/** A request of anybody, or of somebody who has yet to be named. */
export type AnonymousRequest = Omit<ApiRequest, 'actor'>;

/** A request of an account: which one, the authorizer alone says. */
export interface AccountRequest extends ApiRequest {
  readonly accountId: string;
}

export type ApiResponse = APIGatewayProxyStructuredResultV2;

export interface ProblemIssue {
  /** Path of the field in the request, such as `eventTypes.0`. */
  readonly field: string;
  readonly message: string;
}

/** Answers may hold secrets and are of this moment: nobody on the way is to keep them. */
const neverStored = { 'cache-control': 'no-store' };

export function respondJson(
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return {
    statusCode,
    headers: { ...neverStored, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

export function respondNothing(): ApiResponse {
  return { statusCode: 204, headers: neverStored };
}

/** An error by RFC 9457. Who serves the request adds its id. */
export function respondProblem(slug: ProblemSlug, detail: string, issues?: ProblemIssue[]): ApiResponse {
  const { status, title } = problems[slug];
  return {
    statusCode: status,
    headers: { ...neverStored, 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: problemType(slug), title, status, detail, issues }),
  };
}

/** The same for an unknown id and for another account's. */
export function respondNotFound(noun: string): ApiResponse {
  return respondProblem('not-found', `No ${noun} of this account has that id.`);
}

export function respondSuspended(): ApiResponse {
  return respondProblem('account-suspended', 'The account is suspended; iOmniHub can tell why.');
}

export function respondTooManyRequests(detail: string): ApiResponse {
  const problem = respondProblem('too-many-requests', detail);
  return { ...problem, headers: { ...problem.headers, 'retry-after': '1' } };
}

/** More would help nobody, and an answer that Lambda cannot carry would be a fault of ours. */
const maxIssues = 20;

export function respondInvalid(issues: ProblemIssue[]): ApiResponse {
  const shown = issues.slice(0, maxIssues);
  return respondProblem('invalid-request', 'The request does not fit; see issues.', shown);
}

/** API Gateway's limit is 10 MB; no request of ours needs more than this. */
const maxBodyBytes = 256 * 1024;

/** The request's JSON body by its schema, or the answer that says what is wrong with it. */
export function parseBody<Schema extends z.ZodType>(
  request: ApiRequest,
  schema: Schema,
): { body: z.output<Schema> } | { problem: ApiResponse } {
  const text = request.body ?? '';
  if (Buffer.byteLength(text) > maxBodyBytes) {
    return {
      problem: respondProblem('too-large', `The request body must have at most ${maxBodyBytes} bytes.`),
    };
  }
  let json: unknown;
  // A record's schema would leave such an entry out without a word.
  let namesPrototype = false;
  try {
    json = JSON.parse(text, (name, value: unknown) => {
      namesPrototype ||= name === '__proto__';
      return value;
    });
  } catch {
    return { problem: respondProblem('invalid-json', 'The request body must be a JSON object.') };
  }
  if (namesPrototype) {
    return { problem: respondInvalid([{ field: '__proto__', message: 'is no name; leave it out' }]) };
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? { body: parsed.data }
    : { problem: respondInvalid(parsed.error.issues.flatMap(issuesOf)) };
}

/** The same for a body that may be left out. */
export function parseOptionalBody<Schema extends z.ZodType>(request: ApiRequest, schema: Schema) {
  return parseBody({ ...request, body: request.body || '{}' }, schema);
}

/** The query's parameters by their schema, or the answer that says what is wrong with them. */
export function parseQuery<Schema extends z.ZodType>(
  { query }: ApiRequest,
  schema: Schema,
): { query: z.output<Schema> } | { problem: ApiResponse } {
  const parsed = schema.safeParse(query);
  return parsed.success
    ? { query: parsed.data }
    : { problem: respondInvalid(parsed.error.issues.flatMap(issuesOf)) };
}

function issuesOf(issue: z.core.$ZodIssue): ProblemIssue[] {
  const path = issue.path.join('.');
  if (path === '' && issue.code === 'invalid_type')
    return [{ field: 'body', message: 'must be a JSON object' }];
  if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }];
  return issue.keys.map((key) => ({
    field: path ? `${path}.${key}` : key,
    message: 'is not a field of this request; leave it out',
  }));
}
