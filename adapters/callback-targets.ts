import { LRUCache } from 'lru-cache';
import {
  type CallbackUrlRules,
  checkCallbackUrl,
  requestTarget,
  type UrlRefusal,
} from '../core/receivers/callback-address.ts';
import { secretsOfUrl } from '../core/receivers/url-secrets.ts';

/** Where a call goes. */
export interface CallbackTarget {
  readonly origin: string;
  /** The path and query. */
  readonly path: string;
  /** What of the URL is secret. */
  readonly secrets: readonly string[];
}

export type CheckedTarget = CallbackTarget | { readonly refusal: UrlRefusal };

/**
 * Checks the URLs of calls: each was checked when it was stored, but the rules may have changed since. What a sandbox
 * knows of a URL it knows for good, because its rules do not change.
 */
export function createTargetCheck(rules: CallbackUrlRules): (url: string) => CheckedTarget {
  const targets = new LRUCache<string, CheckedTarget>({ max: 2_000 });
  return (url) => {
    const known = targets.get(url);
    if (known) return known;
    const target = checkTarget(url, rules);
    targets.set(url, target);
    return target;
  };
}

function checkTarget(text: string, rules: CallbackUrlRules): CheckedTarget {
  const checked = checkCallbackUrl(text, rules);
  if ('refusal' in checked) return checked;
  const { url } = checked;
  return { origin: url.origin, path: requestTarget(url), secrets: secretsOfUrl(new URL(text)) };
}
