import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { GatewayEvent } from '../../local/gateway-event.ts';
import { claimsOperator, isSignedByOperator, operatorCredentials } from '../../local/sigv4.ts';

const body = '{"status":"suspended"}';
const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');
const amzDate = (date: Date) => date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
const host = '127.0.0.1:3000';

interface Signing {
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: typeof operatorCredentials;
  readonly region?: string;
  readonly service?: string;
  readonly signingDate?: Date;
}

/** The headers of a signed PUT of the body, as a client sends them. */
async function sign({
  headers = {},
  credentials = operatorCredentials,
  region = 'us-east-1',
  service = 'execute-api',
  signingDate = new Date(),
}: Signing = {}): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  const request = new HttpRequest({
    method: 'PUT',
    path: '/accounts/acc_1/status',
    query: { a: '1' },
    headers: { host, ...headers },
    body,
  });
  const signed = await signer.sign(request, {
    signingDate,
    signableHeaders: new Set(['host', ...Object.keys(headers)]),
  });
  return signed.headers;
}

/** What the gateway makes of the request: headers laid over the signed ones, and another method, path or query. */
function eventOf(
  headers: Record<string, string>,
  other: Partial<GatewayEvent> & { method?: string } = {},
): GatewayEvent {
  const { method = 'PUT', ...rest } = other;
  return {
    version: '2.0',
    routeKey: 'PUT /accounts/{accountId}/status',
    rawPath: '/accounts/acc_1/status',
    rawQueryString: 'a=1',
    queryStringParameters: { a: '1' },
    headers,
    requestContext: { http: { method, path: '', protocol: '', sourceIp: '', userAgent: '' } },
    isBase64Encoded: false,
    ...rest,
  };
}

const hashed = { 'x-amz-content-sha256': sha256Of(body) };

describe('a request is the operator’s', () => {
  test.each<[string, Signing]>([
    ['signed by him', {}],
    ['with the hash of its body among its headers', { headers: hashed }],
    [
      'with further headers that are signed',
      { headers: { 'content-type': 'application/json', 'x-amz-security-token': 't' } },
    ],
    ['signed four minutes ago', { signingDate: new Date(Date.now() - 4 * 60_000) }],
  ])('%s', async (_, signing) => {
    const headers = await sign(signing);

    expect(await isSignedByOperator(eventOf(headers), Buffer.from(body))).toBe(true);
    expect(claimsOperator(headers)).toBe(true);
  });

  test('with headers that are not signed and not AWS’ own', async () => {
    const headers = { ...(await sign()), 'content-type': 'application/json', 'user-agent': 'curl' };

    expect(await isSignedByOperator(eventOf(headers), Buffer.from(body))).toBe(true);
  });
});

describe('a request is refused', () => {
  const other = '{"status":"active"}';

  test.each<[string, Record<string, string>, string]>([
    ['another body', {}, other],
    ['no body', {}, ''],
    ['another body than its signed hash says', hashed, other],
    ['no body but the signed hash of one', hashed, ''],
    ['a signed hash of another body', { 'x-amz-content-sha256': sha256Of(other) }, body],
    ['a signed hash that says nothing', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body],
  ])('with %s', async (_, headers, sent) => {
    expect(await isSignedByOperator(eventOf(await sign({ headers })), Buffer.from(sent))).toBe(false);
  });

  test.each<[string, Signing]>([
    ['with another secret', { credentials: { ...operatorCredentials, secretAccessKey: 'wrong' } }],
    ['for another region', { region: 'eu-west-1' }],
    ['for another service', { service: 's3' }],
    ['six minutes ago', { signingDate: new Date(Date.now() - 6 * 60_000) }],
    ['six minutes ahead', { signingDate: new Date(Date.now() + 6 * 60_000) }],
  ])('that was signed %s', async (_, signing) => {
    expect(await isSignedByOperator(eventOf(await sign(signing)), Buffer.from(body))).toBe(false);
  });

  test.each<[string, Parameters<typeof eventOf>[1]]>([
    ['method', { method: 'POST' }],
    ['path', { rawPath: '/accounts/acc_2/status' }],
    ['query', { queryStringParameters: { a: '2' } }],
    ['missing query', { queryStringParameters: {} }],
  ])('with another %s than was signed', async (_, change) => {
    expect(await isSignedByOperator(eventOf(await sign(), change), Buffer.from(body))).toBe(false);
  });

  test.each<[string, Record<string, string>]>([
    ['another host', { host: '127.0.0.1:4000' }],
    ['another date', { 'x-amz-date': amzDate(new Date(Date.now() + 60_000)) }],
    ['a date that is none', { 'x-amz-date': '20261123T165561Z' }],
    ['a header of AWS that is not signed', { 'x-amz-security-token': 'another' }],
    ['the hash of the body, not signed', hashed],
  ])('that has got %s on its way', async (_, change) => {
    expect(await isSignedByOperator(eventOf({ ...(await sign()), ...change }), Buffer.from(body))).toBe(
      false,
    );
  });

  test.each<[string, (headers: Record<string, string>) => Record<string, string>]>([
    ['without a signature', ({ authorization: _, ...rest }) => rest],
    ['without a date', ({ 'x-amz-date': _, ...rest }) => rest],
    [
      'of somebody unknown',
      ({ authorization = '', ...rest }) => ({
        ...rest,
        authorization: authorization.replace('local/', 'other/'),
      }),
    ],
    ['with an API key', ({ authorization: _, ...rest }) => ({ ...rest, authorization: 'Bearer whk_1_2' })],
  ])('%s, before its body is read', async (_, change) => {
    const headers = change(await sign());

    expect(claimsOperator(headers)).toBe(false);
    expect(await isSignedByOperator(eventOf(headers), Buffer.from(body))).toBe(false);
  });

  test('whose signature leaves out its host', async () => {
    const signer = new SignatureV4({
      service: 'execute-api',
      region: 'us-east-1',
      credentials: operatorCredentials,
      sha256: Sha256,
      applyChecksum: false,
    });
    const { headers } = await signer.sign(
      new HttpRequest({
        method: 'PUT',
        path: '/accounts/acc_1/status',
        query: { a: '1' },
        headers: {},
        body,
      }),
    );

    expect(await isSignedByOperator(eventOf({ ...headers, host }), Buffer.from(body))).toBe(false);
  });
});
