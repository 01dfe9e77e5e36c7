import { type Finding, toFinding } from './findings.ts';

/** As Node.js has them, or the lines of a request as text. */
export type GivenHeaders = string | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ReceivedHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** The webhook that the callback says it is for. */
  readonly subscriptionId: string | undefined;
  readonly findings: readonly Finding[];
}

type Entry = readonly [name: string, value: string];

/** Finds the headers of the signature, also under the names that servers and frameworks make of them. */
export function readHeaders(given: GivenHeaders): ReceivedHeaders {
  const entries = typeof given === 'string' ? entriesOfText(given) : entriesOfObject(given);
  const findings: Finding[] = [];

  function find(name: string): string | undefined {
    const exact = entries.filter(([given]) => given.toLowerCase() === name);
    const renamed = entries.filter(([given]) => plainName(given) === plainName(name));
    const [first] = exact.length > 0 ? exact : renamed;
    if (!first) {
      findings.push(toFinding('header-missing', { name }));
      return undefined;
    }
    if (exact.length === 0) findings.push(toFinding('header-renamed', { name, given: first[0] }));
    const values = new Set(exact.map(([, value]) => value));
    if (values.size > 1) findings.push(toFinding('header-repeated', { name, count: String(exact.length) }));
    return first[1];
  }

  return {
    id: find('webhook-id'),
    timestamp: find('webhook-timestamp'),
    signature: find('webhook-signature'),
    subscriptionId: entries.find(([name]) => plainName(name) === 'iomnihubsubscriptionid')?.[1],
    findings,
  };
}

/** `WebhookId`, `webhook_id`, `HTTP_WEBHOOK_ID` and `X-Webhook-Id` are all `webhookid`. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replace(/^http/, '')
    .replace(/^x(?=webhook)/, '');
}

/** Lines such as `webhook-id: evt_1`, also from `curl -v`, and objects of JSON. */
function entriesOfText(text: string): Entry[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) {
    try {
      return entriesOfObject(JSON.parse(trimmed) as Record<string, string | string[]>);
    } catch {
      // Not JSON after all: then it may still be lines.
    }
  }
  return trimmed.split(/\r?\n/).flatMap((line): Entry[] => {
    const [, name, value] = /^[<>\s]*["']?([\w-]+)["']?\s*(?::|=>?)\s*(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, withoutQuotes(value)]];
  });
}

function entriesOfObject(headers: Exclude<GivenHeaders, string>): Entry[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): Entry => [name, one.trim()]),
  );
}

/** Of a line of a printed object. */
function withoutQuotes(value: string): string {
  const [, quoted] = /^(["'].*["']),?$/.exec(value.trim()) ?? [];
  return quoted === undefined ? value.trim() : quoted.slice(1, -1);
}
