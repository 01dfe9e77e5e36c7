import { createHash } from 'node:crypto';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { presentSubscription } from '../../core/subscriptions/subscription-view.ts';
import { type ApiRequest, type ApiResponse, respondInvalid, respondProblem } from './http.ts';

/** A strong validator (RFC 9110, 8.8.3) of what GET shows; what only we note of a receiver does not change it. */
export function etagOf(subscription: Subscription): string {
  const text = JSON.stringify(presentSubscription(subscription));
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

const tag = '"[\\x21\\x23-\\x7e]*"';
const ifMatchPattern = new RegExp(`^(\\*|(W/)?${tag}(\\s*,\\s*(W/)?${tag})*)$`);

/** The answer to a change by somebody who has not seen the subscription as it is, if the request says so. */
export function refuseStale({ headers }: ApiRequest, subscription: Subscription): ApiResponse | undefined {
  const condition = headers['if-match']?.trim();
  if (condition === undefined || condition === '*') return undefined;
  if (!ifMatchPattern.test(condition)) {
    return respondInvalid([{ field: 'If-Match', message: 'must be an ETag with its quotes, or *' }]);
  }
  const tags = condition.split(',').map((one) => one.trim());
  if (tags.includes(etagOf(subscription))) return undefined;
  return respondProblem('precondition-failed', 'The subscription was changed since; read it again.');
}
