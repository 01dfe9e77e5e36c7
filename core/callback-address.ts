/** Why a callback URL is refused; the text is the caller's own, so saying what is wrong with it tells them nothing new. */
export type UrlRefusal = 'not-a-url' | 'too-long' | 'not-https' | 'has-credentials' | 'has-fragment';

export interface CallbackUrlRules {
  /** Lets callbacks reach plain http; on by default in the local run only. */
  readonly allowPrivateCallbacks: boolean;
}

const refusalTexts: Record<UrlRefusal, string> = {
  'not-a-url': 'must be an absolute URL, such as https://example.com/hooks/iomnihub',
  'too-long': 'must have at most 2048 printable ASCII characters',
  'not-https': 'must start with https://',
  'has-credentials': 'must not hold a user name or password; use a custom header instead',
  'has-fragment': 'must not hold a fragment (#...)',
};

export function explainUrlRefusal(refusal: UrlRefusal): string {
  return refusalTexts[refusal];
}

/** Checks the text of a callback URL and answers with its normalized form. */
export function checkCallbackUrl(
  text: string,
  rules: CallbackUrlRules,
): { url: URL } | { refusal: UrlRefusal } {
  if (!/^[\x21-\x7e]{1,2048}$/.test(text)) return { refusal: text.length > 2048 ? 'too-long' : 'not-a-url' };
  const url = URL.parse(text);
  if (!url) return { refusal: 'not-a-url' };
  const schemes = rules.allowPrivateCallbacks ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) return { refusal: 'not-https' };
  if (url.username || url.password) return { refusal: 'has-credentials' };
  if (url.hash || text.includes('#')) return { refusal: 'has-fragment' };
  return { url };
}
