import { addressInHost, refuseAddress } from './public-address.ts';

/** Why the text of a callback URL is refused. The text is the caller's own, so the reason reveals nothing to him. */
export type UrlRefusal =
  | 'not-a-url'
  | 'not-ascii'
  | 'has-blank'
  | 'has-backslash'
  | 'too-long'
  | 'not-https'
  | 'has-credentials'
  | 'has-fragment'
  | 'port-not-allowed'
  | 'host-not-public'
  | 'host-not-canonical'
  | 'own-host';

export interface CallbackUrlRules {
  /** Lets callbacks reach plain http and private addresses. On by default in the local run only. */
  readonly allowPrivateCallbacks: boolean;
  /** Other ports mostly belong to something other than a web server, and a stranger could make us scan them. */
  readonly allowedPorts: readonly number[];
  /** Our own domains, each with its subdomains. A callback must not come back to us as a request. */
  readonly ownHosts: readonly string[];
}

const httpsPort = 443;
const maxLength = 2_048;

/** Names that only resolve inside a network: special-use domains, and those that companies use in the same way. */
const internalSuffixes = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'arpa',
  'onion',
  'test',
  'invalid',
  'example',
  'alt',
  'svc',
  'cluster.local',
];

const refusalTexts: Record<
  Exclude<UrlRefusal, 'port-not-allowed' | 'not-ascii' | 'has-blank' | 'not-https'>,
  string
> = {
  'not-a-url': 'must be an absolute URL, such as https://example.com/hooks/iomnihub',
  'has-backslash': 'must not hold "\\": write "/" between the parts of a path, and "%5C" within a query',
  'too-long': 'must have at most 2048 printable ASCII characters',
  'has-credentials': 'must hold no user name, password, "@" or "%" before the path',
  'has-fragment': 'must not hold a fragment (#...)',
  'host-not-public': 'must name a host of the public internet',
  'host-not-canonical': 'must write an IP address in its usual form and a host name without a trailing dot',
  'own-host': 'must not point back at iOmniHub',
};

/** `text` is the URL that was refused. */
export function explainUrlRefusal(refusal: UrlRefusal, rules: CallbackUrlRules, text: string): string {
  if (refusal === 'port-not-allowed') return `must use port ${rules.allowedPorts.join(' or ')}`;
  if (refusal === 'not-https') return `must start with ${startsOf(rules).join(' or ')}`;
  if (refusal === 'not-ascii')
    return `must consist of ASCII characters, and ${nameFirst(/[^\0-\x7f]/u, text)} is none${adviceFor(text, rules)}`;
  if (refusal === 'has-blank')
    return `must hold no blank or control character such as ${nameFirst(/[\0-\x20\x7f]/, text)}${adviceFor(text, rules)}`;
  return refusalTexts[refusal];
}

function startsOf({ allowPrivateCallbacks }: CallbackUrlRules): string[] {
  return allowPrivateCallbacks ? ['https://', 'http://'] : ['https://'];
}

/** The first character of that kind in the text. */
function nameFirst(kind: RegExp, text: string): string {
  const [character = ''] = kind.exec(text) ?? [];
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  // A mark or a control character would not be seen, or would change how the rest is shown.
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `"${character}" (${code})` : code;
}

/** The form to use instead, if there is one. */
function adviceFor(text: string, rules: CallbackUrlRules): string {
  const checked = checkCallbackUrl(URL.parse(text)?.href ?? '', rules);
  return 'url' in checked ? `: write ${checked.url.href}` : '';
}

/** Checks the text of a callback URL and returns its normalized form. It does not resolve the name. */
export function checkCallbackUrl(
  text: string,
  rules: CallbackUrlRules,
): { url: URL } | { refusal: UrlRefusal } {
  if (text.length > maxLength) return { refusal: 'too-long' };
  if (/[^\0-\x7f]/.test(text)) return { refusal: 'not-ascii' };
  const parsed = URL.parse(text);
  if (!parsed) return { refusal: 'not-a-url' };
  // The parser removes or encodes them.
  if (/[\0-\x20\x7f]/.test(text)) return { refusal: 'has-blank' };
  // To the parser a backslash is a slash. Others read it as a part of the host or of the user name.
  if (text.includes('\\')) return { refusal: 'has-backslash' };
  const url = encodeStrictly(parsed);
  // Normalizing turns some characters into three, and the normalized form is checked again before each call.
  if (url.href.length > maxLength) return { refusal: 'too-long' };
  const refusal =
    refuseForm(text, url, rules) ?? (rules.allowPrivateCallbacks ? undefined : refuseHost(text, url, rules));
  return refusal ? { refusal } : { url };
}

/** The path and query of a URL, as the first line of a request has it. Keeps a "?" with nothing after it. */
export function requestTarget({ href, origin }: URL): string {
  return href.slice(origin.length);
}

/**
 * Encodes what the URL standard leaves as it is in a path or query, and RFC 3986 does not allow there: servers such as
 * Tomcat answer 400 to it.
 */
function encodeStrictly(url: URL): URL {
  const { origin, href } = url;
  // A URL of another scheme has the origin "null", and is refused.
  if (!href.startsWith(`${origin}/`)) return url;
  const strict = requestTarget(url).replaceAll(
    /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]/g,
    encode,
  );
  return new URL(origin + strict);
}

function encode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function refuseForm(text: string, url: URL, rules: CallbackUrlRules): UrlRefusal | undefined {
  if (!startsOf(rules).includes(`${url.protocol}//`)) return 'not-https';
  // Check the text, because the parser drops an empty user name and decodes the rest.
  if (/[@%]/.test(authorityOf(text))) return 'has-credentials';
  if (text.includes('#')) return 'has-fragment';
  return undefined;
}

function refuseHost(text: string, url: URL, rules: CallbackUrlRules): UrlRefusal | undefined {
  if (!rules.allowedPorts.includes(Number(url.port || httpsPort))) return 'port-not-allowed';
  const literal = addressInHost(url.hostname);
  if (literal) {
    // The parser reads 127.1, 0x7f000001 and 2130706433 as addresses. Such spellings only serve to hide an address.
    if (literal === url.hostname && authorityOf(text).replace(/:\d*$/, '') !== literal)
      return 'host-not-canonical';
    return refuseAddress(literal) && 'host-not-public';
  }
  if (url.hostname.endsWith('.')) return 'host-not-canonical';
  if (isBelow(internalSuffixes, url.hostname) || !url.hostname.includes('.')) return 'host-not-public';
  return isBelow(rules.ownHosts, url.hostname) ? 'own-host' : undefined;
}

function isBelow(domains: readonly string[], hostname: string): boolean {
  return domains.some((domain) => `.${hostname}`.endsWith(`.${domain}`));
}

/** The part between the scheme and the path, as written. */
function authorityOf(text: string): string {
  return /^[a-z]+:[/\\]*([^/\\?#]*)/i.exec(text)?.[1] ?? '';
}
