/**
 * Every error of the API, by the last part of its `type`. A `type` never changes. The OpenAPI document and
 * docs/problems.md derive from this list, and an error that is not here does not compile.
 */
export const problems = {
  'invalid-json': {
    status: 400,
    title: 'The body is not JSON',
    remedy: 'Send a JSON object in UTF-8.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    remedy: '`issues` names each invalid field and says what it must be.',
  },
  unauthorized: {
    status: 401,
    title: 'The request has no good credential',
    remedy:
      'Send `Authorization: Bearer whk_…` with a key that was neither misspelt nor revoked, or with the token of a session that has not ended; the backend signs its requests for `execute-api`.',
  },
  'account-suspended': {
    status: 403,
    title: 'The account is suspended',
    remedy: 'Ask iOmniHub. While the account is suspended, its keys do not work and nothing is delivered.',
  },
  forbidden: {
    status: 403,
    title: 'The key or the session is not for this',
    remedy:
      'Use a key with the role `manage`, or a session with the capability that `detail` names. Routes of the session take no key.',
  },
  'not-found': {
    status: 404,
    title: 'The account has nothing with this id',
    remedy:
      "Look the id up in its list. The answer is the same for another account's id and for an id that never existed.",
  },
  'no-such-route': {
    status: 404,
    title: 'The API has no such path',
    remedy: 'Check the path; `GET /openapi.json` lists all of them.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path does not take this method',
    remedy: 'Use a method that the header `Allow` names.',
  },
  conflict: {
    status: 409,
    title: 'Somebody else changes it at the same time',
    remedy: 'Read it again, then repeat the change.',
  },
  'too-many-subscriptions': {
    status: 409,
    title: 'The account has reached its limit of subscriptions',
    remedy: 'Delete a subscription that is no longer needed.',
  },
  'too-many-api-keys': {
    status: 409,
    title: 'The account has reached its limit of API keys',
    remedy: 'Revoke a key that is no longer needed.',
  },
  'too-many-portal-sessions': {
    status: 409,
    title: 'The account has reached its limit of sessions',
    remedy: 'Revoke a session that is no longer needed, or wait until one ends.',
  },
  'account-removed': {
    status: 409,
    title: 'The account was removed',
    remedy: 'Set its status to `active` to use it again.',
  },
  'subscription-not-enabled': {
    status: 409,
    title: 'The subscription is not enabled',
    remedy: 'Enable it, or verify its receiver, then ask again.',
  },
  'attempt-in-progress': {
    status: 409,
    title: 'The receiver is being called right now',
    remedy: 'Look at the delivery in a minute: it may have arrived.',
  },
  'delivery-waiting': {
    status: 409,
    title: 'The event is already on its way to this subscription',
    remedy:
      'Wait for the delivery `deliveryId`, or make its next attempt at once with `POST /deliveries/{id}/retry`. Before its first attempt, a delivery is not found yet.',
  },
  'event-not-kept': {
    status: 409,
    title: 'The event is no longer stored',
    remedy: "Read the data from iOmniHub's own API; events are kept for a limited time.",
  },
  'request-in-progress': {
    status: 409,
    title: 'A request with this Idempotency-Key is being served',
    remedy: 'Wait a second, then repeat the same request.',
  },
  'link-not-good': {
    status: 410,
    title: 'The link does not open the page',
    remedy: 'Ask iOmniHub for a new link. Each opens the page once, within a few minutes.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It was changed since you read it',
    remedy: 'Read it again, then decide whether to repeat the change.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    remedy: 'Send at most 256 KiB.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key belongs to another request',
    remedy: 'Use a new key for each new request. Repeat a request with the same body, byte for byte.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait for the seconds in `Retry-After`, or one second if the answer has no such header.',
  },
  'internal-error': {
    status: 500,
    title: 'Something failed on our side',
    remedy: 'Repeat the request. If it keeps failing, tell iOmniHub the `x-request-id` of the answer.',
  },
} as const satisfies Record<
  string,
  { readonly status: number; readonly title: string; readonly remedy: string }
>;

export type ProblemSlug = keyof typeof problems;

export function problemType(slug: ProblemSlug): string {
  return `urn:iomnihub:webhooks:problem:${slug}`;
}
