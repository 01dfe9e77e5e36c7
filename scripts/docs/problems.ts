import { type ProblemSlug, problems, problemType } from '../../contract/problems.ts';
import { table } from './markdown.ts';

/** docs/problems.md from the catalog of the API's errors. */
export function describeProblems(): string {
  const rows = Object.entries(problems).map(([slug, { status, title, remedy }]) => [
    String(status),
    `\`${problemType(slug as ProblemSlug)}\``,
    title,
    remedy,
  ]);
  return `${[
    '# Errors of the API',
    '<!-- Written by `npm run docs` from contract/problems.ts: change that file, not this one. -->',
    'Errors are `application/problem+json` by [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457). `type` says for programs what kind of error it is and stays the same for ever; `detail` says for people what is the matter this time; `issues`, where there are any, name each field that does not fit and what it must be. Each carries `X-Request-Id`: quote it when you ask us.',
    table(['Status', '`type`', 'What it says', 'What to do'], rows),
    'API Gateway answers some requests before they reach us, with `{"message": "…"}` as `application/json`: 401 without an `Authorization` header, 403 on a route of the backend for the key of an account and for a signature that does not fit, 413 for more than 10 MB, 429 without `Retry-After` when the whole stage, or a route that stands open, gets too many requests.',
  ].join('\n\n')}\n`;
}
