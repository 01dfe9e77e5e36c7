import { describe, expect, test } from '@jest/globals';
import { catalog as english } from '../../portal/i18n/en/catalog.ts';
import { catalog as spanish } from '../../portal/i18n/es/catalog.ts';
import { createFormats } from '../../portal/i18n/formats.ts';
import { chooseLocale } from '../../portal/i18n/locales.ts';
import { pluralsOf } from '../../portal/i18n/plurals.ts';
import { catalog as portuguese } from '../../portal/i18n/pt/catalog.ts';

describe('the language', () => {
  test.each([
    [['pt'], 'pt-BR'],
    [['es-MX', 'en'], 'es'],
    [[null, undefined, 'de', 'pt-PT'], 'pt-BR'],
    [['de'], 'en'],
    [[], 'en'],
  ] as const)('of %j is %s', (wanted, locale) => {
    expect(chooseLocale(wanted)).toBe(locale);
  });
});

/** Every text of a catalog, by its place; functions are left out. */
function textsOf(value: unknown, place = ''): [string, string][] {
  if (typeof value === 'string') return [[place, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, `${place}.${name}`));
}

/** Names and words that are the same in each language. */
const untranslated =
  /^(|\W*|iOmniHub(?: Webhooks)?|Webhooks?|URL|Status|Playground|Median.*|\d+|[\d ]+ (?:min|h))$/;

describe.each([
  ['Portuguese', portuguese],
  ['Spanish', spanish],
])('%s', (_, catalog) => {
  test('leaves no English text', () => {
    const same = textsOf(english).filter(([place, text]) => {
      const translated = new Map(textsOf(catalog)).get(place);
      return translated === text && !untranslated.test(text);
    });
    expect(same).toEqual([]);
  });
});

describe('numbers and times', () => {
  const time = new Date('2026-11-30T17:32:15.000Z');
  const formats = (locale: string) => createFormats(locale, 'America/Sao_Paulo');

  test('are written as in the language, in the zone of the viewer', () => {
    expect(formats('pt-BR').time(time, time)).toBe('14:32:15');
    expect(formats('en').zoneName(time)).toBe('GMT-3');
    expect(formats('pt-BR').percent(0.914)).toBe('91,4%');
    expect(formats('es').number(12_345)).toBe('12.345');
  });

  test('of another day are written with the day', () => {
    expect(formats('en').time(time, new Date('2026-12-02T12:00:00.000Z'))).toContain('Nov 30');
  });

  test('nearly all is not shown as all, nor nearly nothing as nothing', () => {
    expect(formats('en').percent(0.99999)).toBe('99.9%');
    expect(formats('en').percent(0.00001)).toBe('0.1%');
    expect(formats('en').percent(1)).toBe('100%');
  });

  test('durations have the unit that fits', () => {
    const { duration } = formats('en');
    expect([duration(84), duration(1_200), duration(90_000), duration(7_200_000)]).toEqual([
      '84 ms',
      '1.2 s',
      '2 min',
      '2 h',
    ]);
  });

  test('the distance of a time is in words', () => {
    const { relative } = formats('en');
    expect(relative(new Date(time.getTime() + 9 * 60_000), time)).toBe('in 9 minutes');
    expect(relative(new Date(time.getTime() - 86_400_000), time)).toBe('yesterday');
  });

  test('plurals follow the rules of the language', () => {
    const forms = { one: '# entrega', other: '# entregas' };
    expect(pluralsOf('pt-BR')(1, forms)).toBe('1 entrega');
    expect(pluralsOf('pt-BR')(2_000, forms)).toBe('2.000 entregas');
  });
});
