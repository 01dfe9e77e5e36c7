import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mergeMetadata, metadataPatchSchema, metadataSchema } from '../../../core/subscriptions/metadata.ts';

const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 'x']));

describe('metadata', () => {
  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['twenty entries', entries(20)],
    ['the longest name', { ['n'.repeat(40)]: 'x' }],
    ['the longest value', { n: 'x'.repeat(200) }],
    ['an empty value', { n: '' }],
    ['every kind of character of a name', { 'aZ09_.:-': 'x' }],
  ])('may be %s', (_, metadata) => {
    expect(metadataSchema.parse(metadata)).toEqual(metadata);
    expect(metadataPatchSchema.parse(metadata)).toEqual(metadata);
  });

  test.each<[string, unknown, string]>([
    ['too long a name', { ['n'.repeat(41)]: 'x' }, 'must be a name of 1 to 40'],
    ['no name', { '': 'x' }, 'must be a name of 1 to 40'],
    ['a name with a space', { 'a b': 'x' }, 'must be a name of 1 to 40'],
    ['too long a value', { n: 'x'.repeat(201) }, 'must have at most 200 characters'],
    ['a number', { n: 5 }, 'must be text'],
    ['an object', { n: {} }, 'must be text'],
    ['a list', ['x'], 'must be an object of texts'],
    ['text', 'x', 'must be an object of texts'],
  ])('may not be %s', (_, metadata, message) => {
    for (const schema of [metadataSchema, metadataPatchSchema]) {
      const { error } = schema.safeParse(metadata);
      expect(JSON.stringify(error?.issues)).toContain(message);
    }
  });

  test('has twenty entries at most, and a change may name more', () => {
    expect(metadataSchema.safeParse(entries(21)).error?.issues).toMatchObject([
      { message: 'must hold at most 20 entries' },
    ]);
    expect(metadataPatchSchema.parse(entries(21))).toEqual(entries(21));
  });

  test('holds null in a change only', () => {
    expect(metadataSchema.safeParse({ n: null }).success).toBe(false);
    expect(metadataPatchSchema.parse({ n: null })).toEqual({ n: null });
  });
});

test('a change removes by null, sets by value and leaves the others', () => {
  expect(mergeMetadata({ a: '1', b: '2', c: '3' }, { a: null, b: '', d: '4', e: null })).toEqual({
    metadata: { b: '', c: '3', d: '4' },
  });
});

test('a change is taken if and only if what it leads to is', () => {
  const names = fc.constantFrom(...Object.keys(entries(45)));
  const stored = fc.dictionary(names, fc.constant<string>('old'), { maxKeys: 20 });
  const patches = fc.dictionary(names, fc.constantFrom('new', null), { maxKeys: 45 });
  fc.assert(
    fc.property(stored, patches, (before, patch) => {
      const expected = new Map<string, string>(Object.entries(before));
      for (const [name, value] of Object.entries(metadataPatchSchema.parse(patch)))
        if (value === null) expected.delete(name);
        else expected.set(name, value);
      expect(mergeMetadata(before, patch)).toEqual(
        expected.size <= 20
          ? { metadata: Object.fromEntries(expected) }
          : { fault: 'must hold at most 20 entries' },
      );
    }),
    {
      examples: [
        [
          entries(20),
          { ...Object.fromEntries(Object.keys(entries(20)).map((name) => [name, null])), n44: 'new' },
        ],
      ],
    },
  );
});

test('a change may lead to twenty entries and no more, counted after what it removes', () => {
  expect(mergeMetadata(entries(19), { more: 'x' })).toEqual({ metadata: { ...entries(19), more: 'x' } });
  expect(mergeMetadata(entries(20), { more: 'x' })).toEqual({ fault: 'must hold at most 20 entries' });
  expect(mergeMetadata(entries(20), { more: 'x', n0: null })).toHaveProperty('metadata.more', 'x');
});
