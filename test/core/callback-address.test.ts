import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkCallbackUrl, explainUrlRefusal } from '../../core/callback-address.ts';

const publicOnly = { allowPrivateCallbacks: false };
const anywhere = { allowPrivateCallbacks: true };

describe('checkCallbackUrl', () => {
  test.each([
    ['https://crm.example.com/hooks', 'https://crm.example.com/hooks'],
    ['https://crm.example.com', 'https://crm.example.com/'],
    ['HTTPS://CRM.Example.com/Hooks?Key=A', 'https://crm.example.com/Hooks?Key=A'],
    ['https://crm.example.com:443/a/../b', 'https://crm.example.com/b'],
    ['https://crm.example.com:8443/', 'https://crm.example.com:8443/'],
    ['https://8.8.8.8/hooks', 'https://8.8.8.8/hooks'],
    ['https://[2606:4700::1111]/hooks', 'https://[2606:4700::1111]/hooks'],
    ['https://mycorp.example.com/', 'https://mycorp.example.com/'],
  ])('takes %s in its normalized form', (text, normalized) => {
    expect(checkCallbackUrl(text, publicOnly)).toMatchObject({ url: { href: normalized } });
  });

  test.each([
    ['', 'not-a-url'],
    ['crm.example.com/hooks', 'not-a-url'],
    ['/hooks', 'not-a-url'],
    ['https://', 'not-a-url'],
    ['https://crm.example.com/a b', 'not-a-url'],
    [' https://crm.example.com/', 'not-a-url'],
    ['https://crm.example.com/\n', 'not-a-url'],
    ['https://crm.exämple.com/', 'not-a-url'],
    [`https://crm.example.com/${'a'.repeat(2048)}`, 'too-long'],
    ['http://crm.example.com/', 'not-https'],
    ['ftp://crm.example.com/', 'not-https'],
    ['file:///etc/passwd', 'not-https'],
    ['javascript:alert(1)', 'not-https'],
    ['https://user@crm.example.com/', 'has-credentials'],
    ['https://:password@crm.example.com/', 'has-credentials'],
    ['https://crm.example.com/#top', 'has-fragment'],
    ['https://crm.example.com/#', 'has-fragment'],
    ['https://@crm.example.com/', 'has-credentials'],
    ['https://crm%2eexample.com/', 'has-credentials'],
    ['https://crm.example.com:22/', 'port-not-allowed'],
    ['https://crm.example.com:8080/', 'port-not-allowed'],
    ['https://localhost/', 'host-not-public'],
    ['https://crm/', 'host-not-public'],
    ['https://crm.localhost/', 'host-not-public'],
    ['https://db.internal/', 'host-not-public'],
    ['https://LDAP.Corp/', 'host-not-public'],
    ['https://api.default.svc.cluster.local/', 'host-not-public'],
    ['https://crm.example/', 'host-not-public'],
    ['https://crm.example.com./', 'host-not-canonical'],
    ['https://127.0.0.1/', 'host-not-public'],
    ['https://[::1]/', 'host-not-public'],
    ['https://[::ffff:10.0.0.1]/', 'host-not-public'],
    ['https://169.254.169.254/latest/meta-data', 'host-not-public'],
    ['https://127.1/', 'host-not-canonical'],
    ['https://0x7f000001/', 'host-not-canonical'],
    ['https://2130706433/', 'host-not-canonical'],
    ['https://0177.0.0.1/', 'host-not-canonical'],
    ['https:\\\\127.0.0.1/', 'host-not-public'],
  ])('refuses %j as %s', (text, refusal) => {
    expect(checkCallbackUrl(text, publicOnly)).toEqual({ refusal });
  });

  test('a URL of exactly 2048 characters is not too long', () => {
    const text = 'https://crm.example.com/'.padEnd(2048, 'a');

    expect(checkCallbackUrl(text, publicOnly)).toHaveProperty('url');
    expect(checkCallbackUrl(`${text}a`, publicOnly)).toEqual({ refusal: 'too-long' });
  });

  test('plain http passes only where private callbacks do', () => {
    expect(checkCallbackUrl('http://127.0.0.1:9000/hook', anywhere)).toHaveProperty('url');
    expect(checkCallbackUrl('http://127.0.0.1:9000/hook', publicOnly)).toEqual({ refusal: 'not-https' });
    expect(checkCallbackUrl('ftp://127.0.0.1/hook', anywhere)).toEqual({ refusal: 'not-https' });
  });

  test('every text is either taken or refused, and what is taken is taken again in its normalized form', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const checked = checkCallbackUrl(candidate, anywhere);
        const again = 'url' in checked ? checkCallbackUrl(checked.url.href, anywhere) : checked;
        expect(again).toEqual(checked);
      }),
    );
  });

  test.each(['not-a-url', 'too-long', 'not-https', 'has-credentials', 'has-fragment'] as const)(
    'explains %s by a rule',
    (refusal) => {
      expect(explainUrlRefusal(refusal)).toMatch(/^must /);
    },
  );
});
