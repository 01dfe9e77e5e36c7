import type { FailureSlug } from '../../api/problem.ts';

/** What happened, and what to do. */
export const problems: Readonly<Record<FailureSlug, { readonly title: string; readonly advice: string }>> = {
  'invalid-json': { title: 'The request could not be read.', advice: 'Reload the page and try again.' },
  'invalid-request': { title: 'Something is not valid.', advice: 'Correct the marked fields.' },
  unauthorized: { title: 'Your session has ended.', advice: 'Open the page again from iOmniHub.' },
  'account-suspended': {
    title: 'The account is suspended.',
    advice: 'Ask iOmniHub. Nothing is delivered until then.',
  },
  forbidden: { title: 'Your session may not do this.', advice: 'Ask for a link with more rights.' },
  'not-found': { title: 'It is not there any more.', advice: 'Somebody may have deleted it.' },
  'no-such-route': { title: 'The page and its server do not match.', advice: 'Reload the page.' },
  'method-not-allowed': { title: 'The page and its server do not match.', advice: 'Reload the page.' },
  conflict: { title: 'Somebody else changes it at the same time.', advice: 'Try again in a moment.' },
  'too-many-subscriptions': {
    title: 'The account has as many webhooks as it may have.',
    advice: 'Delete one that is no longer needed.',
  },
  'too-many-api-keys': { title: 'The account has too many API keys.', advice: 'Revoke one.' },
  'too-many-portal-sessions': { title: 'Too many sessions are open.', advice: 'Wait until one ends.' },
  'account-removed': { title: 'The account was removed.', advice: 'Ask iOmniHub.' },
  'subscription-not-enabled': {
    title: 'The webhook is not enabled.',
    advice: 'Enable it first, then try again.',
  },
  'attempt-in-progress': {
    title: 'Your server is being called right now.',
    advice: 'Look again in a minute: it may have arrived.',
  },
  'delivery-waiting': {
    title: 'The event is already on its way.',
    advice: 'Wait for its next attempt, or resend that delivery.',
  },
  'event-not-kept': {
    title: 'The event is no longer stored.',
    advice: 'It can only be read from iOmniHub itself now.',
  },
  'request-in-progress': {
    title: 'The same request is still being served.',
    advice: 'Try again in a second.',
  },
  'link-not-good': {
    title: 'The link does not open the page.',
    advice: 'Go back to iOmniHub and open your webhooks again.',
  },
  'precondition-failed': {
    title: 'Somebody else has changed it since you opened it.',
    advice: 'What you typed is kept. Look at the present state, then save again.',
  },
  'too-large': { title: 'That is too large.', advice: 'Send at most 256 KiB.' },
  'idempotency-key-reused': { title: 'The request was repeated in another form.', advice: 'Try again.' },
  'too-many-requests': { title: 'Too many requests.', advice: 'Wait a moment, then try again.' },
  'internal-error': {
    title: 'Something failed on our side.',
    advice: 'Try again. If it keeps failing, tell iOmniHub this number:',
  },
  offline: { title: 'No answer came.', advice: 'Check your network, then try again.' },
  unknown: { title: 'Something unexpected happened.', advice: 'Reload the page and try again.' },
};
