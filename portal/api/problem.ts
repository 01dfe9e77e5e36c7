import type { ProblemSlug } from '../../contract/problems.ts';

export interface ProblemIssue {
  /** Path of the field in the request, such as `eventTypes.0`. */
  readonly field: string;
  readonly message: string;
}

/** `offline`: no answer came. `unknown`: an answer that is none of the API's own, such as a gateway's. */
export type FailureSlug = ProblemSlug | 'offline' | 'unknown';

/** A request that failed, as the page shows it. */
export class ApiFailure extends Error {
  readonly slug: FailureSlug;
  readonly status: number;
  readonly issues: readonly ProblemIssue[];
  /** For a support request: it is in the API's logs. */
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    slug: FailureSlug,
    facts: {
      readonly status?: number;
      readonly detail?: string;
      readonly issues?: readonly ProblemIssue[];
      readonly requestId?: string | undefined;
      readonly retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    super(facts.detail ?? slug);
    this.slug = slug;
    this.status = facts.status ?? 0;
    this.issues = facts.issues ?? [];
    this.requestId = facts.requestId;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

const typePrefix = 'urn:iomnihub:webhooks:problem:';

/** Reads an answer that is not 2xx. `text` is its body. */
export function readFailure(status: number, headers: Headers, text: string): ApiFailure {
  const facts = {
    status,
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfterSeconds: Number(headers.get('retry-after')) || undefined,
  };
  const problem = parseProblem(text);
  if (!problem) return new ApiFailure(slugOfGateway(status), facts);
  const { type, detail, issues = [] } = problem;
  return new ApiFailure(type.slice(typePrefix.length) as ProblemSlug, { ...facts, detail, issues });
}

interface ProblemBody {
  readonly type: string;
  readonly detail: string;
  readonly issues?: readonly ProblemIssue[];
}

function parseProblem(text: string): ProblemBody | undefined {
  try {
    const value = JSON.parse(text) as ProblemBody;
    return value.type.startsWith(typePrefix) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The gateway answers by itself, without a problem, when it has no authorizer's yes or too many requests. */
function slugOfGateway(status: number): FailureSlug {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'too-many-requests';
  return status >= 500 ? 'internal-error' : 'unknown';
}
