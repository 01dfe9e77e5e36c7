import { describe, expect, test } from '@jest/globals';
import { callbackUrlSchema, maskPath, originOf } from '../../../core/subscriptions/callback-url.ts';

const schema = callbackUrlSchema({ allowPrivateCallbacks: false, allowedPorts: [443, 8443], ownHosts: [] });

test.each([
  ['https://crm.example.com/hooks/17', 'https://crm.example.com', 'https://crm.example.com/********'],
  [
    'https://crm.example.com:8443/?key=1',
    'https://crm.example.com:8443',
    'https://crm.example.com:8443/********',
  ],
  ['https://crm.example.com/', 'https://crm.example.com', 'https://crm.example.com/'],
])('%s has the origin %s and is shown to readers as %s', (url, origin, shown) => {
  expect(originOf({ url })).toBe(origin);
  expect(maskPath(url)).toBe(shown);
});

test('what is no URL has no origin', () => {
  expect(originOf({ url: 'crm' })).toBe('');
});

describe('the URL of a request', () => {
  test('is taken in its normalized form', () => {
    expect(schema.parse('https://CRM.example.com:443/a/../hooks')).toBe('https://crm.example.com/hooks');
  });

  test.each([
    ['http://crm.example.com/', 'must start with https://'],
    ['https://crm.example.com:22/', 'must use port 443 or 8443'],
    ['https://crm.exämple.com/', 'and "ä" (U+00E4) is none: write https://crm.xn--exmple-cua.com/'],
    ['https://crm.example.com/********', 'is how a URL is shown to those who may only read'],
    ['https://crm.example.com/********?a=1', 'is how a URL is shown to those who may only read'],
    [5, 'must be a URL such as'],
  ])('is not %j', (url, message) => {
    expect(
      schema
        .safeParse(url)
        .error?.issues.map((issue) => issue.message)
        .join(),
    ).toContain(message);
  });

  test('may have asterisks elsewhere', () => {
    expect(schema.parse('https://crm.example.com/a/********')).toBe('https://crm.example.com/a/********');
  });
});
