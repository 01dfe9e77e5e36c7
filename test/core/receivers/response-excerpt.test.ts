import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeText, excerptResponse, mask } from '../../../core/receivers/response-excerpt.ts';

const secret = 'Bearer s3cr/t "quoted" & <more>';

function excerpt(text: string, ...confidential: string[]): string {
  return excerptResponse(Buffer.from(text), confidential);
}

/** Each printable character that HTML has a name for. */
const namesOfHtml = new Map(
  [
    '= equals',
    '& AMP',
    '" quot',
    "' apos",
    '< LT',
    '> gt',
    '% percnt',
    '+ plus',
    '/ sol',
    '\\ bsol',
    '{ lbrace',
    '} rcub',
  ]
    .map((pair): [string, string] => [pair.charAt(0), `&${pair.slice(2)};`])
    .concat([[' ', '&nbsp;']]),
);

/** Without asterisks: with those, a mask and what stands beside it could be read as a value. No word or short number. */
const plainValue = fc
  .string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 30 })
  .filter((text) => !text.includes('*') && !/^(?:[a-z]+|\d{1,5})$/i.test(text));

describe('the excerpt of a response', () => {
  test('is its text where nothing is confidential', () => {
    expect(excerpt('no such column: "ação"')).toBe('no such column: "ação"');
  });

  test.each([
    ['plain', secret],
    ['as JSON', JSON.stringify(secret).slice(1, -1)],
    ['as JSON that escapes slashes too', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
    ['as HTML', 'Bearer s3cr/t &quot;quoted&quot; &amp; &lt;more&gt;'],
    ['as a URL', encodeURIComponent(secret)],
    ['as a URL in lower case', encodeURIComponent(secret).replaceAll(/%../g, (byte) => byte.toLowerCase())],
  ])('masks a value that comes back %s, wherever it stands', (_, echoed) => {
    expect(excerpt(`got ${echoed}, and ${echoed}!`, secret)).toBe(`got ${mask}, and ${mask}!`);
  });

  const tricky = `k=v&"it's" <50%> a+b/c\\d~{e}`;
  const percent = (text: string, spared: RegExp) =>
    text
      .split('')
      .map((each) => (spared.test(each) ? each : percentOf(each)))
      .join('');
  const percentOf = (each: string) => `%${each.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
  const hexOf = (each: string, digits: number) => each.charCodeAt(0).toString(16).padStart(digits, '0');
  const html = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const each = (text: string, spell: (character: string) => string) => text.split('').map(spell).join('');

  test.each([
    ['encodeURIComponent', encodeURIComponent(tricky)],
    ['encodeURI', encodeURI(tricky)],
    ['escape', escape(tricky)],
    ['URLSearchParams', new URLSearchParams([['', tricky]]).toString().slice(1)],
    ['urllib.parse.quote', percent(tricky, /[A-Za-z0-9_.~/-]/)],
    ['urllib.parse.quote_plus', percent(tricky, /[A-Za-z0-9_.~ -]/).replaceAll(' ', '+')],
    ['rawurlencode', percent(tricky, /[A-Za-z0-9_.~-]/)],
    ['a URL twice', encodeURIComponent(encodeURIComponent(tricky))],
    ['a URL with every character encoded', each(tricky, percentOf).toLowerCase()],
    [
      'JSON with \\u for what HTML reads',
      JSON.stringify(tricky)
        .slice(1, -1)
        .replaceAll(/[&<>'+]/g, (c) => `\\u${hexOf(c, 4)}`),
    ],
    ['JSON with \\u in upper case', each(tricky, (c) => `\\u${hexOf(c, 4).toUpperCase()}`)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(tricky)).slice(3, -3)],
    ['\\x of source code', each(tricky, (c) => `\\x${hexOf(c, 2)}`)],
    ['\\u{} of source code', each(tricky, (c) => `\\u{${hexOf(c, 2)}}`)],
    ['\\U of source code', each(tricky, (c) => `\\U${hexOf(c, 8)}`)],
    ['\\u{} with zeros', each(tricky, (c) => `\\u{${hexOf(c, 6)}}`)],
    ['octal numbers', each(tricky, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)],
    ['re.escape', tricky.replaceAll(/[^A-Za-z0-9]/g, (c) => `\\${c}`)],
    ['html.escape', html(tricky).replaceAll('"', '&quot;').replaceAll("'", '&#x27;')],
    ['htmlspecialchars', html(tricky).replaceAll('"', '&quot;').replaceAll("'", '&#039;')],
    ['HTML with named quotes', html(tricky).replaceAll('"', '&QUOT;').replaceAll("'", '&apos;')],
    ['HTML by decimal numbers', each(tricky, (c) => `&#${c.charCodeAt(0)};`)],
    ['HTML by decimal numbers with zeros', each(tricky, (c) => `&#000${c.charCodeAt(0)};`)],
    ['HTML by hexadecimal numbers', each(tricky, (c) => `&#x${hexOf(c, 4)};`)],
    ['HTML by hexadecimal numbers in upper case', each(tricky, (c) => `&#X${hexOf(c, 2).toUpperCase()};`)],
    ['HTML by every name', each(tricky, (c) => namesOfHtml.get(c) ?? c)],
    ['HTML of a URL', html(tricky.replaceAll('%', '%25').replaceAll('&', '%26'))],
    ['JSON in HTML', html(JSON.stringify(tricky).slice(1, -1)).replaceAll('"', '&quot;')],
    ['base64', Buffer.from(tricky).toString('base64').replace(/=+$/, '')],
    ['base64url', Buffer.from(tricky).toString('base64url')],
  ])('masks a value in the spelling of %s, whole and cut off', (_, echoed) => {
    expect(excerpt(`got ${echoed} from you`, tricky)).toBe(`got ${mask} from you`);
    expect(excerpt(`got ${echoed.slice(0, -2)}`, tricky)).toBe(`got ${mask}`);
  });

  // https://html.spec.whatwg.org/multipage/named-characters.html: those of printable ASCII, and the space.
  test.each(
    `excl ! QUOT " quot " num # dollar $ percnt % AMP & amp & apos ' lpar ( rpar ) ast * midast * plus + comma ,
    period . sol / colon : semi ; LT < lt < equals = GT > gt > quest ? commat @ lbrack [ lsqb [ bsol \\ rbrack ] rsqb ]
    Hat ^ lowbar _ UnderBar _ DiacriticalGrave \` grave \` lbrace { lcub { verbar | vert | VerticalLine | rbrace } rcub }`
      .split(/\s+/)
      .flatMap((name, at, all): [string, string][] => (at % 2 === 0 ? [[name, all[at + 1] ?? '']] : []))
      .concat([['nbsp', ' ']]),
  )('masks a value in which HTML has &%s; for %j', (name, character) => {
    expect(excerpt(`got k9&${name};z4.`, `k9${character}z4`)).toBe(`got ${mask}.`);
    expect(excerpt(`got k9&${name}s;z4.`, `k9${character}z4`)).toBe(`got k9&${name}s;z4.`);
  });

  test('masks a value within three layers of escapes', () => {
    const layered = (layers: number) => {
      let text = 'k9/z4';
      for (let layer = 0; layer < layers; layer += 1) text = encodeURIComponent(text);
      return text;
    };

    expect([1, 2, 3].map((layers) => excerpt(layered(layers), 'k9/z4'))).toEqual([mask, mask, mask]);
    expect(excerpt(layered(4), 'k9/z4')).toBe('k9%2525252Fz4');
  });

  test.each([
    ['a value of three characters', 'k9z', 'k9z', false],
    ['a value of four', 'k9zx', 'k9zx', true],
    ['a number of five digits', '47110', '47110', false],
    ['a number of six', '471100', '471100', true],
    ['a token of seven characters', 'Bearer k9zx5pq', 'k9zx5pq', false],
    ['a token of eight', 'Bearer k9zx5pqr', 'k9zx5pqr', true],
    ['the last three characters of an answer, with which a value may begin', 'k9zx5', 'k9z', false],
    ['the last four', 'k9zx5', 'k9zx', true],
  ])('tells a secret by its length: %s', (_, value, echoed, isMasked) => {
    expect(excerpt(`got ${echoed}`, value)).toBe(isMasked ? `got ${mask}` : `got ${echoed}`);
  });

  test.each(
    `true false null none undefined yes enabled disabled active inactive default auto main master latest stable beta alpha
    production prod staging stage development develop test testing tests sandbox live demo local internal external public
    private bearer basic digest token apikey secret password authorization content accept type types application json text
    plain html xml form data multipart utf close keep alive gzip identity deflate cache store charset challenge webhook
    webhooks verify verified verification callback callbacks event events hook hooks subscription account accountid
    timestamp message messages status state code error errors warning info debug success successful failed failure invalid
    unknown missing required received accepted created updated deleted resolved reopened tagged ticket tickets customer
    customers contact contacts user users admin client server service services gateway proxy http https post
    request response header headers body version time date host path query origin english german portuguese spanish french
    brazil europe america iomnihub zapier make hubspot salesforce pipedrive slack`.split(/\s+/),
  )('leaves the word %s alone, alone and among others', (word) => {
    const [capital, upper] = [word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()];

    for (const value of [word, capital, upper, `${word}-service`, `${word}/${upper}`])
      expect(excerpt(`is ${value}.`, value)).toBe(`is ${value}.`);
    expect(excerpt(`is ${word}-k9z.`, `${word}-k9z`)).toBe(`is ${mask}.`);
  });

  test('is cut to 8,192 characters', () => {
    expect(excerpt('x'.repeat(8_192))).toBe('x'.repeat(8_192));
    expect(excerpt('x'.repeat(8_193))).toBe('x'.repeat(8_192));
  });

  test('masks a value that itself looks like an escape', () => {
    const looks = 'a%2Fb&amp;c\\u0041d';

    expect(excerpt(`${looks} ${encodeURIComponent(looks)} ${JSON.stringify(looks)}`, looks)).toBe(
      `${mask} ${mask} "${mask}"`,
    );
  });

  test.each([
    'true',
    'True',
    'challenge',
    'Bearer',
    'application/json',
    'production',
    '2026',
    '8443',
    'Zapier',
    'no',
  ])('leaves %j alone, which is too common to be a secret', (value) => {
    const answer = `{"challenge":true,"is":"${value}","type":"application/json"}`;

    expect(excerpt(answer, value)).toBe(answer);
  });

  test.each(['pAsSwOrD', 'challenge-7f3a', 'true1', '471100', 'app1ication/json'])(
    'masks %j, which only looks a little like it',
    (value) => {
      expect(excerpt(`it is ${value}.`, value)).toBe(`it is ${mask}.`);
    },
  );

  // What takes the product of both lengths, or more, would be ended by the time limit of the test.
  test.each([
    ['beginnings of the value', 'a', `${'a'.repeat(10_000)}b`],
    ['escapes that never end', '&#0', '&#0'.repeat(3_500)],
    ['backslashes', '\\', '\\'.repeat(10_000)],
    ['percent signs', '%', '%25'.repeat(3_500)],
    ['escapes of escapes of escapes', '%2525252525', 'x'.repeat(10_000)],
    ['names without an end', '&a', '&a'.repeat(5_000)],
  ])('takes no more time than its length for an answer of nothing but %s', (_, part, value) => {
    const answer = part.repeat(100_000 / part.length);

    expect(excerpt(answer, value, `${value}!`).length).toBeLessThanOrEqual(8_192);
  });

  test('masks the token of a value that comes back without its scheme', () => {
    expect(excerpt('token 0123456789 is unknown', 'Bearer 0123456789')).toBe(`token ${mask} is unknown`);
  });

  test('masks what Basic credentials wrap, whole and the password alone', () => {
    const basic = `Basic ${Buffer.from('crm:pa55word!').toString('base64')}`;

    expect(excerpt('crm:pa55word! is not pa55word!, nor pa55word', basic)).toBe(
      `${mask} is not ${mask}, nor ${mask}`,
    );
  });

  test('masks all values, the longer one whole where the shorter one is a part of it', () => {
    expect(excerpt('abcdefgh abcd', 'abcd', 'abcdefgh')).toBe(`${mask} ${mask}`);
  });

  test('masks the beginning of a value where it ends', () => {
    expect(excerpt('you sent 01234', '0123456789')).toBe(`you sent ${mask}`);
  });

  test('masks the beginning of a value that is cut off within an escape', () => {
    expect(excerpt('{"you":"say \\', 'say "please"')).toBe(`{"you":"${mask}`);
  });

  test('leaves alone what is too short to be a secret', () => {
    expect(excerpt('1 of 123 is 1', '1', '123')).toBe('1 of 123 is 1');
    expect(excerpt('Bearer of bad news', 'Bearer 0123456789')).toBe('Bearer of bad news');
  });

  test.each([
    ['UTF-16 with a byte order mark', Buffer.from('\ufeffno such ação', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeffno such ação', 'utf16le').swap16()],
    ['UTF-16 without a byte order mark', Buffer.from('no such ação', 'utf16le')],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffno such ação')],
    ['UTF-8', Buffer.from('no such ação')],
  ])('is text in %s', (_, body) => {
    expect(excerptResponse(body, [])).toBe('no such ação');
  });

  test.each([
    ['nothing', [], ''],
    ['one byte of nothing', [0x00], '\0'],
    ['a zero after a character', [0x61, 0x00], 'a'],
    ['a zero before a character', [0x00, 0x61], 'a'],
    ['a zero after the lowest character', [0x01, 0x00], '\u0001'],
    ['a zero before the lowest character', [0x00, 0x01], '\u0001'],
    ['two zeros', [0x00, 0x00, 0x61], '\0\0a'],
    ['a mark, little end first', [0xff, 0xfe, 0x61, 0x01], '\u0161'],
    ['a mark, big end first', [0xfe, 0xff, 0x01, 0x61], '\u0161'],
    ['half a mark and a letter', [0xff, 0x61], '\ufffda'],
    ['half a mark and a letter, big end first', [0xfe, 0x61], '\ufffda'],
  ])('is read as UTF-16 only by its mark or its ASCII: %s', (_, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text);
  });

  test('is well-formed wherever it is cut off', () => {
    for (const cut of [1, 2, 3, 4, 5, 6, 7, 8])
      expect(excerptResponse(Buffer.from('🚚🚚').subarray(0, cut), [])).toBe(
        '🚚'.repeat(Math.floor(cut / 4)),
      );
    expect(excerpt('ab🚚', '🚚🚚🚚').isWellFormed()).toBe(true);
  });

  test.each(['a\\u0026}bcd', 'a\\x26}bcd', 'a\\u{26}}bcd', 'a\\U00000026}bcd', 'a%26}bcd', 'a&amp;}bcd'])(
    'masks a value with a brace after an escape: %s',
    (echoed) => expect(excerpt(`{"you":"${echoed}"}`, 'a&}bcd')).toBe(`{"you":"${mask}"}`),
  );

  test.each(['', 'ok', 'OK\n', 'abc'])(
    'shows all of %j: a shorter text than any secret holds none',
    (body) => {
      expect(excerpt(body, 'abcd', body)).toBe(body);
      expect(excerpt(body.padEnd(4, 'x'), body.padEnd(4, 'x'))).toBe(mask);
    },
  );

  test('takes values for text, not for patterns', () => {
    expect(excerpt('aaaa $&$& .*.*', '.*.*', '$&$&')).toBe(`aaaa ${mask} ${mask}`);
  });

  test('holds no value in plain form, whatever surrounds it and wherever it is cut off', () => {
    const cases = fc.array(plainValue, { minLength: 1, maxLength: 4 }).chain((values) =>
      fc.record({
        values: fc.constant(values),
        parts: fc.array(fc.oneof(fc.constantFrom(...values), fc.string({ maxLength: 6 })), { maxLength: 12 }),
        length: fc.nat({ max: 200 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ values, parts, length }) => {
        const shown = excerptResponse(Buffer.from(parts.join('')).subarray(0, length), values);
        expect(values.filter((text) => shown.includes(text))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is masked from the beginning of a value to its end, however little is missing of it', () => {
    fc.assert(
      fc.property(plainValue, fc.integer({ min: 4, max: 30 }), (text, length) => {
        expect(excerpt(`\n${text.slice(0, length)}`, text)).toBe(`\n${mask}`);
      }),
      { numRuns: 2_000 },
    );
  });

  test('does not grow by its masks, whatever is masked', () => {
    const values = ['****', '*****', '******', '*******', 'xxxx'];

    expect(excerpt('*x'.repeat(2_048), ...values).length).toBeLessThanOrEqual(8_192);
    expect(excerpt('*'.repeat(4_096), ...values).length).toBeLessThanOrEqual(8_192);
    expect(excerpt('x'.repeat(4_096), ...values).length).toBeLessThanOrEqual(8_192);
  });
});
