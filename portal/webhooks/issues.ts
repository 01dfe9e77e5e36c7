import type { ApiFailure } from '../api/problem.ts';

/** What the API says of a field, or of something within it. */
export function issueOf(failure: ApiFailure | undefined, field: string): string | undefined {
  return failure?.issues.find((issue) => issue.field === field || issue.field.startsWith(`${field}.`))
    ?.message;
}
