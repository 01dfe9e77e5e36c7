import * as z from 'zod';
import type { Route, StageLimits } from '../../../contract/route.ts';
import { formerFields } from '../../../core/subscriptions/rate-limit.ts';
import { nearestWord } from '../../../core/words.ts';
import { type ProblemIssue, type Refusal, refuse, refuseInvalid } from './refusal.ts';
import type { RawRequest } from './request.ts';

export interface Input {
  readonly path: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

type Parsed = { readonly value: unknown } | Refusal;

/** API Gateway's limit is 10 MB; no request of ours needs more than this. */
const maxBodyBytes = 256 * 1024;

/** Parses query, path and body by the schemas of the route, in this order; the first that does not fit is refused. */
export function createInputReader(route: Route, limits: StageLimits) {
  const path = z.object(route.path);
  const query = route.query ?? (route.access === 'public' ? z.object() : z.strictObject({}));
  const body = typeof route.body === 'function' ? route.body(limits) : route.body;

  return function readInput(request: RawRequest): Input | Refusal {
    const readQuery = parse(query, request.query);
    if ('problem' in readQuery) return readQuery;
    const readPath = parse(path, request.pathParameters);
    if ('problem' in readPath) return readPath;
    const text = request.body || (route.isBodyOptional ? '{}' : '');
    const readBody = body ? parseBody(body, text) : { value: undefined };
    if ('problem' in readBody) return readBody;
    return { path: readPath.value, query: readQuery.value, body: readBody.value };
  };
}

function parseBody(schema: z.ZodType, text: string): Parsed {
  if (Buffer.byteLength(text) > maxBodyBytes) {
    return refuse('too-large', `The request body must have at most ${maxBodyBytes} bytes.`);
  }
  const issues: ProblemIssue[] = [];
  let json: unknown;
  try {
    json = JSON.parse(text, (name, value: unknown) => {
      issues.push(...unkeepable(name, value));
      return value;
    });
  } catch {
    return refuse('invalid-json', 'The request body must be a JSON object.');
  }
  return issues.length > 0 ? refuseInvalid(issues) : parse(schema, json);
}

/** What JSON can hold and would be stored as something else, without a word. */
function unkeepable(name: string, value: unknown): ProblemIssue[] {
  // A record's schema would drop such an entry.
  if (name === '__proto__') return [{ field: name, message: 'is no name; leave it out' }];
  // The table would keep U+FFFD in its place.
  const isBroken = typeof value === 'string' && !value.isWellFormed();
  return isBroken ? [{ field: name, message: 'must hold no half of a surrogate pair' }] : [];
}

function parse(schema: z.ZodType, value: unknown): Parsed {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { value: parsed.data }
    : refuseInvalid(parsed.error.issues.flatMap((issue) => issuesOf(issue, namesIn(schema))));
}

/** The fields of the request, but not those inside of them. */
function namesIn(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function issuesOf(issue: z.core.$ZodIssue, names: readonly string[]): ProblemIssue[] {
  const path = issue.path.join('.');
  if (path === '' && issue.code === 'invalid_type')
    return [{ field: 'body', message: 'must be a JSON object' }];
  if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }];
  return issue.keys.map((key) => {
    const meant = path === '' ? nearestWord(key, names) : undefined;
    const former = path === '' && Object.hasOwn(formerFields, key) ? formerFields[key] : undefined;
    return {
      field: path ? `${path}.${key}` : key,
      message:
        former ?? `is not a field of this request; ${meant ? `did you mean ${meant}?` : 'leave it out'}`,
    };
  });
}
