import * as z from 'zod';
import { mask } from '../receivers/response-excerpt.ts';

/** A subscription's custom headers as stored: the names, and all values sealed together. */
export interface SealedHeaders {
  readonly names: readonly string[];
  readonly sealed: string;
}

export type CustomHeaders = Readonly<Record<string, string>>;

const maxHeaders = 10;

/** Headers that an owner must not choose. A name is in lower case, with `-` for `_`, before it is compared. */
const reservedNames = new Set([
  // What the connection and the body need.
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Who we are.
  'cookie',
  'cookie2',
  'user-agent',
  // What proxies say of a request that they pass on: receivers believe them about its origin, host, path and user.
  'cdn-loop',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-pseudo-ipv4',
  'client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'forwarded',
  'forwarded-for',
  'front-end-https',
  'max-forwards',
  'remote-addr',
  'remote-user',
  'true-client-ip',
  'via',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-client-cert',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-forwarded',
  'x-host',
  'x-nf-client-connection-ip',
  'x-originating-ip',
  'x-override-url',
  'x-rewrite-url',
  'x-scheme',
  'x-true-client-ip',
  'x-url-scheme',
  'x-vercel-forwarded-for',
  // What makes some frameworks take a POST for another method, or for a request of their own.
  'x-method-override',
  'x-middleware-subrequest',
  // CGI programs take it for the proxy that they have to use.
  'proxy',
]);
const reservedPrefixes = [
  'iomnihub-',
  'proxy-',
  'ssl-client-',
  'webhook-',
  'wl-proxy-',
  'x-amz',
  'x-appengine-',
  'x-arr-',
  'x-envoy-',
  'x-forwarded-',
  'x-http-method',
  'x-original-',
  'x-real-',
  'x-remote-',
  'x-ssl-',
];

/** Many servers pass `a_b` on to programs under the same name as `a-b`. */
function isReserved(name: string): boolean {
  const comparable = name.replaceAll('_', '-');
  return reservedNames.has(comparable) || reservedPrefixes.some((prefix) => comparable.startsWith(prefix));
}

const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be a header name of up to 64 letters, digits, "-" or "_"')
  .transform((name) => name.toLowerCase())
  .refine((name) => !isReserved(name), 'is set by iOmniHub or the connection; choose another name');

const valueSchema = z
  .string()
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII without spaces around it')
  .max(1_024, 'must have at most 1024 characters')
  .refine((value) => !/^\*+$/.test(value), 'is how a stored value is shown; leave the header out to keep it');

/** The headers of a POST request: names and values. */
export const newHeadersSchema = headersOf(valueSchema).refine(isFew, tooMany());

/** The headers of a PATCH request, as in RFC 7396: null removes a header, and a header that is left out stays. */
export const headersPatchSchema = headersOf(valueSchema.nullable());

function headersOf<Value extends z.ZodType>(value: Value) {
  return z.record(z.string(), value).transform((given, context): Record<string, z.output<Value>> => {
    const entries = Object.entries(given).map(([name, headerValue]) => {
      const parsed = nameSchema.safeParse(name);
      if (parsed.success) return [parsed.data, headerValue] as const;
      for (const { message } of parsed.error.issues)
        context.addIssue({ code: 'custom', path: [name], message });
      return [name, headerValue] as const;
    });
    if (new Set(entries.map(([name]) => name)).size < entries.length)
      context.addIssue({ code: 'custom', message: 'names a header twice; case makes no difference' });
    return Object.fromEntries(entries);
  });
}

/** The headers after a change, or undefined if there would be too many. */
export function mergeHeaders(
  stored: CustomHeaders,
  patch: Readonly<Record<string, string | null>>,
): CustomHeaders | undefined {
  const merged = Object.entries({ ...stored, ...patch }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return isFew(Object.fromEntries(merged)) ? Object.fromEntries(merged) : undefined;
}

export function tooMany(): string {
  return `must hold at most ${maxHeaders} headers`;
}

function isFew(headers: object): boolean {
  return Object.keys(headers).length <= maxHeaders;
}

/** The headers as the API shows them: each name, with a mask for its value. */
export function presentHeaders(headers: SealedHeaders | undefined): CustomHeaders {
  return Object.fromEntries((headers?.names ?? []).map((name) => [name, mask]));
}
