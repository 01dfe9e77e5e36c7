import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { type DiagnosisContext, diagnoseSignature } from '../../../client/receiver/diagnose-signature.ts';
import { type FindingCode, findingTexts } from '../../../client/receiver/findings.ts';
import type { KnownSecret } from '../../../client/receiver/key-variants.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/Aq3v8Yx2E=';
const otherSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD0eu/PnaDsBs=';
const sentAt = new Date('2026-11-30T12:00:00Z');
const id = 'evt_48213_created';
const timestamp = String(sentAt.getTime() / 1_000);
const body = JSON.stringify({
  id,
  type: 'ticket.created',
  timestamp: sentAt.toISOString(),
  accountId: 'acc_17',
  data: { text: 'olá 👋 </b> שלום', url: 'https://example.com/a', number: 7, tags: ['a', 'b'] },
}).replace(':7,', ':1234567890123456789,');

/** Signs as the product does, by a library of others. */
const sign = (given = body, by = secret, of = id, at = sentAt) => new Webhook(by).sign(of, at, given);

const headers = {
  'webhook-id': id,
  'webhook-timestamp': timestamp,
  'webhook-signature': sign(),
  'iomnihub-subscription-id': 'sub_1',
};

interface Case {
  readonly headers?: Record<string, string | string[]> | string;
  readonly body?: string | Uint8Array;
  readonly secret?: string;
  readonly computed?: string;
  readonly context?: Partial<DiagnosisContext>;
}

function diagnose({ context, ...given }: Case) {
  return diagnoseSignature({ headers, body, secret, ...given }, { now: sentAt, ...context });
}

const codesOf = (given: Case) => diagnose(given).findings.map(({ code }) => code);
const bytes = (text: string, encoding: BufferEncoding = 'utf8') =>
  new Uint8Array(Buffer.from(text, encoding));
const asSent = JSON.parse(body) as Record<string, unknown>;
const renamed = (rename: (name: string) => string) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [rename(name), value]));
const withHeader = (name: string, value: string | string[]) => ({ headers: { ...headers, [name]: value } });
const without = (name: keyof typeof headers) => {
  const { [name]: _, ...rest } = headers;
  return { headers: rest };
};
const hmac = (key: string | Buffer, content: string | Buffer, form: 'base64' | 'hex' = 'base64') =>
  createHmac('sha256', key).update(content).digest(form);
const key = Buffer.from(secret.slice(6), 'base64');
const content = `${id}.${timestamp}.${body}`;
const current: KnownSecret = { secret, of: 'current', subscriptionId: 'sub_1' };

describe('a signature that fits', () => {
  test.each<[string, Case]>([
    ['text', {}],
    ['bytes', { body: bytes(body) }],
    ['headers in any case', { headers: renamed((name) => name.toUpperCase()) }],
    ['headers as lists', withHeader('webhook-signature', [sign()])],
    [
      'two signatures, as during a rotation',
      withHeader('webhook-signature', `${sign(body, otherSecret)} ${sign()}`),
    ],
    ['a signature of another version beside it', withHeader('webhook-signature', `v1a,abc ${sign()}`)],
    [
      'headers as lines',
      {
        headers: Object.entries(headers)
          .map((line) => line.join(': '))
          .join('\r\n'),
      },
    ],
    [
      'headers as curl prints them',
      {
        headers: `> POST / HTTP/1.1\n${Object.entries(headers)
          .map((line) => `> ${line.join(': ')}`)
          .join('\n')}`,
      },
    ],
    ['headers as JSON', { headers: JSON.stringify(headers, undefined, 2) }],
    [
      'headers as a printed object',
      {
        headers: Object.entries(headers)
          .map(([name, value]) => `  '${name}': '${value}',`)
          .join('\n'),
      },
    ],
    ['the receiver’s own signature, rightly computed', { computed: sign() }],
    ['the receiver’s own signature, without its version', { computed: hmac(key, content) }],
    ['a callback five minutes old', { context: { now: new Date(sentAt.getTime() + 300_000) } }],
    ['an empty object', { body: '{}', ...withHeader('webhook-signature', sign('{}')) }],
  ])('has no findings: %s', (_, given) => {
    expect(diagnose(given)).toEqual({ isSignatureValid: true, findings: [] });
  });
});

/** What users paste, with what they did wrong. */
const mistakes: readonly (readonly [FindingCode, string, Case])[] = [
  ['header-missing', 'no signature', without('webhook-signature')],
  ['header-missing', 'no id', without('webhook-id')],
  ['header-missing', 'no timestamp', without('webhook-timestamp')],
  ['header-missing', 'no headers at all', { headers: '' }],
  [
    'header-renamed',
    'by CGI',
    { headers: renamed((name) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`) },
  ],
  ['header-renamed', 'with low lines', { headers: renamed((name) => name.replaceAll('-', '_')) }],
  ['header-renamed', 'with X-', { headers: renamed((name) => `X-${name}`) }],
  ['header-repeated', 'by a proxy', withHeader('webhook-id', [id, 'evt_other'])],
  ['timestamp-in-milliseconds', 'in the header', withHeader('webhook-timestamp', `${timestamp}000`)],
  [
    'timestamp-in-milliseconds',
    'in the computed signature',
    { computed: hmac(key, `${id}.${timestamp}000.${body}`) },
  ],
  ['timestamp-not-a-number', 'a date', withHeader('webhook-timestamp', sentAt.toISOString())],
  ['timestamp-not-a-number', 'empty', withHeader('webhook-timestamp', '')],
  ['timestamp-old', 'by a second', { context: { now: new Date(sentAt.getTime() + 301_000) } }],
  ['timestamp-ahead', 'by a second', { context: { now: new Date(sentAt.getTime() - 301_000) } }],
  ['secret-missing', 'empty', { secret: '' }],
  ['secret-missing', 'blank', { secret: ' \n' }],
  ['secret-is-an-api-key', 'a key', { secret: 'whk_abc_def' }],
  ['secret-not-base64', 'with other characters', { secret: 'whsec_***' }],
  ['secret-with-blanks', 'a line end', { secret: `${secret}\n` }],
  ['secret-with-blanks', 'quotation marks', { secret: `"${secret}"` }],
  ['secret-prefix-doubled', 'twice', { secret: `whsec_${secret}` }],
  ['secret-wrong', 'the current one is known', { secret: otherSecret, context: { knownSecrets: [current] } }],
  [
    'secret-of-before',
    'the old one is known',
    { secret: otherSecret, context: { knownSecrets: [current, { secret: otherSecret, of: 'ended' }] } },
  ],
  [
    'secret-of-another-webhook',
    'the other one is known',
    {
      ...withHeader('webhook-signature', sign(body, otherSecret)),
      context: { knownSecrets: [{ secret: otherSecret, of: 'another-webhook', subscriptionId: 'sub_2' }] },
    },
  ],
  [
    'subscription-differs',
    'by the header',
    { ...withHeader('iomnihub-subscription-id', 'sub_2'), context: { knownSecrets: [current] } },
  ],
  ['key-with-prefix', 'computed', { computed: hmac(secret, content) }],
  [
    'key-with-prefix',
    'in the header, of a test of their own',
    withHeader('webhook-signature', `v1,${hmac(secret, content)}`),
  ],
  ['key-not-decoded', 'computed', { computed: `v1,${hmac(secret.slice(6), content)}` }],
  ['key-prefix-decoded', 'computed', { computed: hmac(Buffer.from(secret, 'base64'), content) }],
  ['content-body-only', 'computed', { computed: hmac(key, body) }],
  ['content-without-id', 'computed', { computed: hmac(key, `${timestamp}.${body}`) }],
  ['content-without-full-stops', 'computed', { computed: hmac(key, `${id}${timestamp}${body}`) }],
  ['content-in-another-order', 'computed', { computed: hmac(key, `${timestamp}.${id}.${body}`) }],
  [
    'body-serialized-again',
    'indented',
    { body: JSON.stringify(asSent, undefined, 2).replace(/1234567890123\d+/, '1234567890123456789') },
  ],
  [
    'body-serialized-again',
    'by Python',
    {
      body: body
        .replaceAll('":', '": ')
        .replaceAll(',"', ', "')
        .replaceAll(/[\u0080-\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    },
  ],
  ['body-serialized-again', 'by PHP', { body: body.replaceAll('/', '\\/') }],
  ['body-serialized-again', 'by Go', { body: body.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e') }],
  [
    'body-serialized-again',
    'computed over numbers as doubles',
    { computed: hmac(key, `${id}.${timestamp}.${JSON.stringify(asSent)}`) },
  ],
  [
    'body-keys-in-another-order',
    'id last',
    { body: `{${body.slice(1, -1).replace(`"id":"${id}",`, '')},"id":"${id}"}` },
  ],
  ['body-trimmed', 'a line end more', { body: `${body}\n` }],
  ['body-trimmed', 'a line end less', { ...withHeader('webhook-signature', sign(`${body}\n`)) }],
  ['body-with-bom', 'more', { body: `\uFEFF${body}` }],
  ['body-with-bom', 'more, as bytes', { body: bytes(`\uFEFF${body}`) }],
  ['body-line-ends', 'CRLF', { body: '{\r\n}', ...withHeader('webhook-signature', sign('{\n}')) }],
  ['body-wrong-charset', 'ISO 8859-1', { body: Buffer.from(body).toString('latin1') }],
  ['body-wrong-charset', 'Windows-1252', { body: new TextDecoder('windows-1252').decode(Buffer.from(body)) }],
  [
    'body-wrong-charset',
    'computed',
    {
      body: '{"a":"olá"}',
      computed: hmac(
        key,
        Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from('{"a":"olá"}', 'latin1')]),
      ),
    },
  ],
  ['body-characters-lost', 'cut in the middle of a character', { body: body.replace('👋', '\uFFFD\uFFFD') }],
  ['body-base64', 'of a function URL', { body: Buffer.from(body).toString('base64') }],
  ['body-quoted', 'twice JSON', { body: JSON.stringify(body) }],
  ['body-empty', 'read before', { body: '' }],
  ['body-empty', 'no bytes', { body: new Uint8Array() }],
  ['body-not-json', 'printed', { body: '[object Object]' }],
  ['body-not-json', 'a form', { body: 'a=1&b=2' }],
  [
    'id-of-another-callback',
    'its signature too',
    { headers: { ...headers, 'webhook-id': 'evt_1', 'webhook-signature': sign('{}', secret, 'evt_1') } },
  ],
  ['id-of-another-callback', 'the id alone', withHeader('webhook-id', 'evt_1')],
  ['signature-without-version', 'base64 alone', withHeader('webhook-signature', hmac(key, content))],
  ['signature-in-hex', 'with version', withHeader('webhook-signature', `v1,${hmac(key, content, 'hex')}`)],
  ['signature-in-hex', 'computed', { computed: hmac(key, content, 'hex') }],
  ['signature-in-base64url', 'without padding', withHeader('webhook-signature', sign().replace(/=+$/, ''))],
  ['signature-in-lower-case', 'by a framework', withHeader('webhook-signature', sign().toLowerCase())],
  ['signature-cut-off', 'at a column’s width', withHeader('webhook-signature', sign().slice(0, 32))],
  [
    'signatures-not-split',
    'joined by a comma',
    withHeader('webhook-signature', `${sign(body, otherSecret)},${sign()}`),
  ],
  ['signature-unreadable', 'no signature', withHeader('webhook-signature', 'undefined')],
  ['unexplained', 'another secret, and nothing known', { secret: otherSecret }],
  ['unexplained', 'another text', { body: body.replace('olá', 'ola') }],
];

test.each(mistakes)('finds %s: %s', (code, _, given) => {
  expect(codesOf(given)).toContain(code);
});

/** The signature fits in these cases all the same. */
const besideTheSignature = /^(?:timestamp-old|timestamp-ahead|subscription-differs)$/;

test.each(mistakes.filter(([code, , given]) => !('computed' in given) && !besideTheSignature.test(code)))(
  'calls no signature valid that a receiver must refuse: %s: %s',
  (_code, _, given) => {
    expect(diagnose(given).isSignatureValid).toBe(false);
  },
);

test('every finding has a case', () => {
  const covered = new Set(mistakes.map(([code]) => code));

  expect(Object.keys(findingTexts).filter((code) => !covered.has(code as FindingCode))).toEqual([]);
});

test('finds only what is wrong', () => {
  const single = mistakes.filter(([code]) => /^(?:body|key|content|signature)-/.test(code));
  const allowed = new Set<string>(['id-of-another-callback', 'body-not-json', 'unexplained']);

  for (const [code, name, given] of single)
    expect({ name, others: codesOf(given).filter((found) => found !== code && !allowed.has(found)) }).toEqual(
      {
        name,
        others: [],
      },
    );
});

test('finds two mistakes at once', () => {
  const given = {
    body: `${JSON.stringify(asSent)}\n`,
    secret: otherSecret,
    context: { knownSecrets: [current] },
  };
  const signed = { headers: { ...headers, 'webhook-signature': sign(JSON.stringify(asSent)) } };

  expect(codesOf({ ...given, ...signed }).toSorted()).toEqual(['body-trimmed', 'secret-wrong']);
});

test('names what was found, with its place filled in', () => {
  const { findings } = diagnose(without('webhook-id'));
  const [missing] = findings;

  expect(missing?.problem).toBe('The header webhook-id is missing.');
  for (const [, , given] of mistakes)
    for (const { problem, advice } of diagnose(given).findings) expect(problem + advice).not.toMatch(/[{}]/);
});

test('says nothing of a secret', () => {
  const secrets = [secret, otherSecret].flatMap((text) => [text, text.slice(6)]);

  for (const [, , given] of mistakes) {
    const said = JSON.stringify(diagnose({ ...given, secret: given.secret ?? otherSecret }));
    for (const text of secrets) expect(said).not.toContain(text);
  }
});
