import { describe, expect, test } from '@jest/globals';
import {
  headersPatchSchema,
  mergeHeaders,
  newHeadersSchema,
  presentHeaders,
  tooMany,
} from '../../../core/subscriptions/custom-headers.ts';

function faultOf(headers: unknown): string | undefined {
  const [issue] = newHeadersSchema.safeParse(headers).error?.issues ?? [];
  return issue && `${issue.path.join('.')}: ${issue.message}`;
}

describe('custom headers', () => {
  test('are taken by name in lower case', () => {
    expect(newHeadersSchema.parse({ 'X-Api-Key': 'secret value', Authorization: 'Bearer abc' })).toEqual({
      'x-api-key': 'secret value',
      authorization: 'Bearer abc',
    });
  });

  test.each([
    'Host',
    'CONNECTION',
    'Content-Length',
    'content-type',
    'Content-Encoding',
    'Transfer-Encoding',
    'TE',
    'Trailer',
    'upgrade',
    'Expect',
    'Keep-Alive',
    'Proxy-Authorization',
    'proxy-connection',
    'Webhook-Id',
    'Iomnihub-Test',
    'iomnihub-attempt',
    'IOMNIHUB-Anything-Else',
    'webhook-signature',
    'X-Amz-Date',
    'x-amzn-trace-id',
    'Cookie',
    'Cookie2',
    'User-Agent',
    'HTTP2-Settings',
    'Proxy',
    'Forwarded',
    'Via',
    'CDN-Loop',
    'X-Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Prefix',
    'X-Forwarded-Client-Cert',
    'X-Real-IP',
    'X-Client-IP',
    'X-Cluster-Client-IP',
    'X-Originating-IP',
    'X-Remote-IP',
    'X-Remote-Addr',
    'Client-IP',
    'True-Client-IP',
    'Fastly-Client-IP',
    'CF-Connecting-IP',
    'CF-Connecting-IPv6',
    'CF-Pseudo-IPv4',
    'X-Host',
    'X-Original-Host',
    'X-Original-URL',
    'X-Original-URI',
    'X-Original-Method',
    'X-Original-Forwarded-For',
    'X-Override-URL',
    'X-Rewrite-URL',
    'X-Envoy-Original-Path',
    'Forwarded-For',
    'X-True-Client-IP',
    'X-Real-Host',
    'Remote-Addr',
    'Remote-User',
    'X-Remote-User',
    'WL-Proxy-Client-IP',
    'Fly-Client-IP',
    'X-AppEngine-User-IP',
    'X-Azure-ClientIP',
    'X-Azure-SocketIP',
    'X-NF-Client-Connection-IP',
    'X-Vercel-Forwarded-For',
    'X-ARR-ClientCert',
    'X-Client-Cert',
    'SSL-Client-Cert',
    'SSL-Client-Verify',
    'X-SSL-Client-Verify',
    'Front-End-Https',
    'X-Scheme',
    'X-URL-Scheme',
    'Max-Forwards',
    'X-Middleware-Subrequest',
    'X-HTTP-Method',
    'X-HTTP-Method-Override',
    'X-Method-Override',
  ])('never include %s, in any case, with either dash', (name) => {
    const underscored = name.replaceAll('-', '_');
    const mixed = name.replace('-', '_');
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase(), underscored, mixed])
      expect(faultOf({ [spelling]: 'x' })).toBe(
        `${spelling}: is set by iOmniHub or the connection; choose another name`,
      );
  });

  test.each([
    'Authorization',
    'X-Api-Key',
    'X_Api_Key',
    'CF-Access-Client-Id',
    'CF-Access-Client-Secret',
    'X-Vercel-Protection-Bypass',
    'X-Webhook-Token',
    'X-Iomnihub-Token',
    'Iomnihub',
    'X-Forward',
    'Hostname',
    'X-Viaduct',
    'Origin',
    'X-Method',
    'X-Client-Id',
    'X-Client-Token',
    'X-Originator',
    'X-Request-Id',
    'Accept',
    'Idempotency-Key',
  ])('may include %s', (name) => {
    expect(newHeadersSchema.parse({ [name]: 'x' })).toEqual({ [name.toLowerCase()]: 'x' });
  });

  test.each(['', ' ', 'a b', 'a:b', 'a\r\nb', 'a\0', 'é', '_x', '-x', 'x'.repeat(65), ':path'])(
    'have no name such as %j',
    (name) => expect(faultOf({ [name]: 'x' })).toContain('must be a header name'),
  );

  test.each(['', ' x', 'x ', 'x\r\nwebhook-id: forged', 'x\ny', 'a\0b', 'ü', '\t', 'x'.repeat(1_025)])(
    'have no value such as %j',
    (value) => expect(faultOf({ 'x-key': value })).toMatch(/^x-key: must /),
  );

  test('are strings', () => {
    for (const value of [1, null, ['x'], {}, true]) expect(faultOf({ 'x-key': value })).toContain('x-key');
    for (const headers of [[], 'x', null, 5]) expect(faultOf(headers)).toBeDefined();
  });

  test('are ten at most', () => {
    const named = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'value']));

    expect(faultOf(named(10))).toBeUndefined();
    expect(faultOf(named(11))).toBe(': must hold at most 10 headers');
  });

  test('are ten at most after a change, counted after what it removes', () => {
    const named = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'value']));

    expect(mergeHeaders(named(9), { more: 'x' })).toEqual({ ...named(9), more: 'x' });
    expect(mergeHeaders(named(10), { more: 'x' })).toBeUndefined();
    expect(mergeHeaders(named(10), { more: 'x', 'x-0': null })).toHaveProperty('more', 'x');
    expect(tooMany()).toBe('must hold at most 10 headers');
  });

  test.each(['*', '********'])('have no value that looks like the mask: %s', (value) => {
    expect(faultOf({ 'x-key': value })).toContain('is how a stored value is shown');
    expect(headersPatchSchema.safeParse({ 'x-key': value }).success).toBe(false);
  });

  test('may have a name of 64 characters, a value of one, and asterisks among others', () => {
    expect(faultOf({ ['x'.repeat(64)]: '!', 'x-key': '*x*', 'x-gap': 'a  b' })).toBeUndefined();
  });

  test('name nothing twice in two cases', () => {
    expect(faultOf({ 'X-Key': 'one', 'x-key': 'two' })).toContain('names a header twice');
  });

  test('can have the longest value, and a name that objects have of themselves', () => {
    expect(faultOf({ 'x-key': 'x'.repeat(1_024), constructor: 'fine' })).toBeUndefined();
    expect(newHeadersSchema.parse(JSON.parse('{"constructor":"fine"}'))).toEqual({ constructor: 'fine' });
  });

  test('take no prototype', () => {
    expect(
      Object.getPrototypeOf(newHeadersSchema.safeParse(JSON.parse('{"__proto__":"x"}')).data ?? {}),
    ).toBe(Object.prototype);
  });
});

test('a change removes by null, sets by value and leaves the others', () => {
  const patch = headersPatchSchema.parse({ 'X-A': null, 'x-b': 'new', 'x-d': 'more' });

  expect(mergeHeaders({ 'x-a': '1', 'x-b': '2', 'x-c': '3' }, patch)).toEqual({
    'x-b': 'new',
    'x-c': '3',
    'x-d': 'more',
  });
});

test('what is shown are the names', () => {
  expect(presentHeaders({ names: ['x-a', 'x-b'], sealed: 'PLANTED' })).toEqual({
    'x-a': '********',
    'x-b': '********',
  });
  expect(presentHeaders(undefined)).toEqual({});
});
