import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CallbackUrlRules,
  checkCallbackUrl,
  explainUrlRefusal,
  requestTarget,
} from '../../../core/receivers/callback-address.ts';
import { namesOfNonPublicAddresses, nonPublicSpellings } from '../../support/non-public-spellings.ts';

const publicOnly: CallbackUrlRules = {
  allowPrivateCallbacks: false,
  allowedPorts: [443, 8443],
  ownHosts: [],
};
const anywhere: CallbackUrlRules = { ...publicOnly, allowPrivateCallbacks: true };

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
    ['https://xn--exmple-cua.com/', 'https://xn--exmple-cua.com/'],
    ['https://crm.example.com/a%20b?c=@d', 'https://crm.example.com/a%20b?c=@d'],
    ['https://crm.example.com/a?', 'https://crm.example.com/a?'],
    ['https://crm.example.com?', 'https://crm.example.com/?'],
    ['https://crm.example.com/a??', 'https://crm.example.com/a??'],
    ['https://crm.example.com/?q={a}|b^c`d', 'https://crm.example.com/?q=%7Ba%7D%7Cb%5Ec%60d'],
    ['https://crm.example.com/{a}|b^c`d', 'https://crm.example.com/%7Ba%7D%7Cb%5Ec%60d'],
    ['https://crm.example.com/a[0]?b[]=<c>"d"', 'https://crm.example.com/a%5B0%5D?b%5B%5D=%3Cc%3E%22d%22'],
    ['https://crm.example.com/100%?q=5%zz&r=%4', 'https://crm.example.com/100%25?q=5%25zz&r=%254'],
    ["https://crm.example.com/a;b=1,2/(c)'!*~$&+=:@", "https://crm.example.com/a;b=1,2/(c)'!*~$&+=:@"],
    ['https://crm.example.com/?a=1&b=c/d?e;(f)!*~$,+:@', 'https://crm.example.com/?a=1&b=c/d?e;(f)!*~$,+:@'],
  ])('takes %s in its normalized form', (text, normalized) => {
    expect(checkCallbackUrl(text, publicOnly)).toMatchObject({ url: { href: normalized } });
  });

  test.each([
    ['', 'not-a-url'],
    ['crm.example.com/hooks', 'not-a-url'],
    ['/hooks', 'not-a-url'],
    ['https://', 'not-a-url'],
    ['our CRM', 'not-a-url'],
    ['https://crm .example.com/', 'not-a-url'],
    ['https://crm.example.com/a b', 'has-blank'],
    ['https://crm.example.com/a?b=c d', 'has-blank'],
    ['https://crm.example.com/a\tb', 'has-blank'],
    ['https://crm.example\r\n.com/', 'has-blank'],
    ['https://crm.example.com/\0', 'has-blank'],
    ['https://crm.example.com/\x7f', 'has-blank'],
    [' https://crm.example.com/', 'has-blank'],
    ['https://crm.example.com/\n', 'has-blank'],
    ['https://crm.exämple.com/', 'not-ascii'],
    ['https://crm.example.com/caf\u00e9', 'not-ascii'],
    ['https://crm.example.com/\u200b', 'not-ascii'],
    ['https://crm.example.com/?q=🚚', 'not-ascii'],
    ['https：//crm.example.com/', 'not-ascii'],
    // Others read the user "crm.example.com\\" of 127.0.0.1 here.
    ['https://crm.example.com\\@127.0.0.1/', 'has-backslash'],
    ['https:\\\\crm.example.com\\hooks', 'has-backslash'],
    ['https://crm.example.com/a\\b', 'has-backslash'],
    ['https://crm.example.com/?q=a\\b', 'has-backslash'],
    [`https://crm.example.com/${'a'.repeat(2048)}`, 'too-long'],
    [`https://crm.example.com/${'"'.repeat(1000)}`, 'too-long'],
    ['https://8.8.8.8./', 'host-not-canonical'],
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
    ['http://crm.example.com:443/', 'not-https'],
    ['https://crm/', 'host-not-public'],
    ['https://crm.example.com./', 'host-not-canonical'],
    ['https://169.254.169.254/latest/meta-data', 'host-not-public'],
    // 8.0.0.1 to us, and 10.0.0.1 to whoever does not know of octal numbers.
    ['https://010.0.0.1/', 'host-not-canonical'],
    ['https://0x8080808/', 'host-not-canonical'],
    ['https://127.1/', 'host-not-canonical'],
    ['https://0x7f000001/', 'host-not-canonical'],
    ['https://2130706433/', 'host-not-canonical'],
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
    const explain = (rules: CallbackUrlRules) =>
      explainUrlRefusal('not-https', rules, 'ftp://127.0.0.1/hook');
    expect(explain(anywhere)).toBe('must start with https:// or http://');
    expect(explain(publicOnly)).toBe('must start with https://');
  });

  test('every text is either taken or refused, and what is taken is taken again in its normalized form', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
    );
    const hrefOf = (candidate: string, rules: CallbackUrlRules) => {
      const checked = checkCallbackUrl(candidate, rules);
      return 'url' in checked ? checked.url.href : undefined;
    };
    fc.assert(
      fc.property(text, fc.constantFrom(anywhere, publicOnly), (candidate, rules) => {
        const href = hrefOf(candidate, rules);
        expect(href && hrefOf(href, rules)).toBe(href);
      }),
    );
  });
});

describe('the ports', () => {
  const rules = { ...publicOnly, allowedPorts: [8443, 9443] };

  test.each([
    ['https://crm.example.com:8443/', { url: { port: '8443' } }],
    ['https://crm.example.com:9443/', { url: { port: '9443' } }],
    ['https://crm.example.com/', { refusal: 'port-not-allowed' }],
    ['https://crm.example.com:443/', { refusal: 'port-not-allowed' }],
    ['https://crm.example.com:94430/', { refusal: 'not-a-url' }],
    ['https://crm.example.com:0/', { refusal: 'port-not-allowed' }],
    ['https://8.8.8.8/', { refusal: 'port-not-allowed' }],
  ])('are those of the rules: %s', (text, checked) => {
    expect(checkCallbackUrl(text, rules)).toMatchObject(checked);
  });

  test('are named to whoever asks for another one', () => {
    expect(explainUrlRefusal('port-not-allowed', rules, 'https://crm.example.com/')).toBe(
      'must use port 8443 or 9443',
    );
  });
});

describe('our own hosts', () => {
  const rules = { ...publicOnly, ownHosts: ['iomnihub.com', 'd-1.execute-api.example.net'] };

  test.each([
    'https://iomnihub.com/',
    'https://IOMNIHUB.com:8443/',
    'https://hooks.iomnihub.com/',
    'https://a.b.iomnihub.com/',
    'https://d-1.execute-api.example.net/prod/subscriptions',
  ])('get no callback, nor does anything below them: %s', (text) => {
    expect(checkCallbackUrl(text, rules)).toEqual({ refusal: 'own-host' });
    expect(checkCallbackUrl(text, publicOnly)).toHaveProperty('url');
  });

  test.each([
    'https://notiomnihub.com/',
    'https://iomnihub.com.example.org/',
    'https://iomnihub.community/',
    'https://execute-api.example.net/',
    'https://d-2.execute-api.example.net/',
    'https://example.org/iomnihub.com',
  ])('are not meant by %s', (text) => {
    expect(checkCallbackUrl(text, rules)).toHaveProperty('url');
  });
});

describe('names that mean something inside networks only', () => {
  const suffixes = [
    'localhost',
    'local',
    'localdomain',
    'internal',
    'lan',
    'home',
    'corp',
    'intranet',
    'private',
    'home.arpa',
    'arpa',
    'onion',
    'test',
    'invalid',
    'example',
    'svc',
    'cluster.local',
    'alt',
  ];

  test.each(suffixes)('%s and everything below it is refused', (suffix) => {
    for (const host of [suffix, `crm.${suffix}`, `a.b.${suffix}`, `CRM.${suffix.toUpperCase()}`])
      expect([host, checkCallbackUrl(`https://${host}/`, publicOnly)]).toEqual([
        host,
        { refusal: 'host-not-public' },
      ]);
    expect(checkCallbackUrl(`https://crm.${suffix}./`, publicOnly)).toEqual({
      refusal: 'host-not-canonical',
    });
  });

  test.each(suffixes)('%s is a suffix by whole labels only', (suffix) => {
    for (const host of [`${suffix}.example.com`, `crm.my${suffix.replaceAll('.', '-')}`])
      expect(checkCallbackUrl(`https://${host}/`, publicOnly)).toHaveProperty('url');
  });
});

describe('every spelling of a non-public address', () => {
  const forms = Map.groupBy(nonPublicSpellings, ({ form }) => form);

  test.each([...forms.keys()])('is refused: %s', (form) => {
    const taken = forms.get(form)?.filter(({ url }) => 'url' in checkCallbackUrl(url, publicOnly));
    expect(taken).toEqual([]);
  });

  test('is one to the parser of URLs too, mostly', () => {
    // Otherwise the list above would consist of texts that no parser makes an address of.
    for (const [address, spellings] of Map.groupBy(nonPublicSpellings, ({ address }) => address)) {
      const host = address.includes(':') ? `[${address}]` : address;
      const read = spellings.filter(
        ({ url }) => URL.parse(url)?.hostname === new URL(`http://${host}`).hostname,
      );
      expect([address, read.length > 25]).toEqual([address, true]);
    }
  });

  test('that is a name is taken: what the name resolves to is seen only when a connection is opened', () => {
    const refused = namesOfNonPublicAddresses.filter(
      ({ name }) => 'refusal' in checkCallbackUrl(`https://${name}/`, publicOnly),
    );
    expect(refused).toEqual([]);
  });
});

test('every path and query that is taken consists of what RFC 3986 allows there', () => {
  const target = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });
  fc.assert(
    fc.property(target, target, (path, query) => {
      const checked = checkCallbackUrl(`https://crm.example.com/${path}?${query}`, publicOnly);
      const sent = 'url' in checked ? requestTarget(checked.url) : '/';
      expect(sent).toMatch(/^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*$/);
    }),
  );
});

test.each([
  ['https://crm.example.com/a?', '/a?'],
  ['https://crm.example.com:8443/a/b?c=d', '/a/b?c=d'],
  ['https://crm.example.com', '/'],
])('what is asked for at %s is %s', (text, target) => {
  expect(requestTarget(new URL(text))).toBe(target);
});

describe('explainUrlRefusal', () => {
  test.each([
    ['https://crm.exämple.com/hooks', '"ä" (U+00E4)', ': write https://crm.xn--exmple-cua.com/hooks'],
    ['https://crm.example.com/café', '"é" (U+00E9)', ': write https://crm.example.com/caf%C3%A9'],
    ['https://crm.example.com/?q=🚚', '"🚚" (U+1F69A)', ': write https://crm.example.com/?q=%F0%9F%9A%9A'],
    ['https://crm.example.com/\u202e', 'U+202E', ': write https://crm.example.com/%E2%80%AE'],
    ['http://crm.exämple.com/', '"ä" (U+00E4)', ''],
    ['crm.exämple.com', '"ä" (U+00E4)', ''],
  ])(
    'names the character of %j that is not ASCII, and the form to use if there is one',
    (text, name, advice) => {
      expect(explainUrlRefusal('not-ascii', publicOnly, text)).toBe(
        `must consist of ASCII characters, and ${name} is none${advice}`,
      );
    },
  );

  test.each([
    ['https://crm.example.com/a b?c=d e', 'U+0020: write https://crm.example.com/a%20b?c=d%20e'],
    ['https://crm.example.com/a\tb', 'U+0009: write https://crm.example.com/ab'],
    [' https://crm.example.com/', 'U+0020: write https://crm.example.com/'],
    ['https://crm.example.com/\x7f', 'U+007F: write https://crm.example.com/%7F'],
    ['http://crm.example.com/a b', 'U+0020'],
  ])('names the blank or control character of %j, and the form to use if there is one', (text, told) => {
    expect(explainUrlRefusal('has-blank', publicOnly, text)).toBe(
      `must hold no blank or control character such as ${told}`,
    );
  });

  test.each([
    'not-a-url',
    'not-ascii',
    'has-blank',
    'has-backslash',
    'too-long',
    'not-https',
    'has-credentials',
    'has-fragment',
    'port-not-allowed',
    'host-not-public',
    'host-not-canonical',
    'own-host',
  ] as const)('explains %s by a rule', (refusal) => {
    expect(explainUrlRefusal(refusal, publicOnly, 'https://crm.example.com/')).toMatch(/^must /);
  });
});
