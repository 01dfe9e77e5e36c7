/**
 * Every error that the API answers with by itself, by the last part of its `type`, which stays the same for ever. The
 * OpenAPI document and docs/problems.md derive from it; an error that is not here does not compile.
 */
export const problems = {
  'invalid-json': {
    status: 400,
    title: 'The body is not JSON',
    remedy: 'Send a JSON object in UTF-8.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request does not fit',
    remedy: '`issues` names each field and what it must be.',
  },
  unauthorized: {
    status: 401,
    title: 'Nobody is named by the request',
    remedy: 'Send `Authorization: Bearer whk_…`; the backend signs its requests for `execute-api`.',
  },
  'account-suspended': {
    status: 403,
    title: 'The account is suspended',
    remedy: 'Ask iOmniHub; until then no key of the account works and nothing is delivered.',
  },
  forbidden: {
    status: 403,
    title: 'The key may only read',
    remedy: 'Use a key or a session with the role `manage`.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing in this account',
    remedy: "Look the id up in its list. Another account's id is as unknown as one that there never was.",
  },
  conflict: {
    status: 409,
    title: 'Others change it at the same time',
    remedy: 'Read it again, then repeat the change.',
  },
  'too-many-subscriptions': {
    status: 409,
    title: 'The account has all the subscriptions that it can have',
    remedy: 'Delete one that is no longer needed.',
  },
  'too-many-api-keys': {
    status: 409,
    title: 'The account has all the API keys that it can have',
    remedy: 'Revoke one that is no longer needed.',
  },
  'account-removed': {
    status: 409,
    title: 'The account was removed',
    remedy: 'Set its status to `active` to use it again.',
  },
  'subscription-not-enabled': {
    status: 409,
    title: 'The subscription takes no callbacks',
    remedy: 'Enable it, or verify its receiver, then ask again.',
  },
  'attempt-in-progress': {
    status: 409,
    title: 'The receiver is being called right now',
    remedy: 'Look at the delivery in a minute: it may have arrived.',
  },
  'event-not-kept': {
    status: 409,
    title: 'The event is no longer stored',
    remedy: "Read the data from iOmniHub's own API; events are kept for a limited time.",
  },
  'request-in-progress': {
    status: 409,
    title: 'A request with this Idempotency-Key is being served',
    remedy: 'Wait a second, then repeat the very same request.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It is not what If-Match says any more',
    remedy: 'Read it again, and decide on what it is now.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    remedy: 'Send at most 256 KiB.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key belongs to another request',
    remedy: 'Use a new key for each new request; repeat a request with the very same body.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait for as many seconds as `Retry-After` says.',
  },
  'internal-error': {
    status: 500,
    title: 'Something failed on our side',
    remedy: 'Repeat the request; if it goes on failing, tell iOmniHub the `x-request-id` of the answer.',
  },
} as const satisfies Record<
  string,
  { readonly status: number; readonly title: string; readonly remedy: string }
>;

export type ProblemSlug = keyof typeof problems;

export function problemType(slug: ProblemSlug): string {
  return `urn:iomnihub:webhooks:problem:${slug}`;
}
