import { describe, expect, test } from '@jest/globals';
import { mutantsOf, plant } from '../../scripts/mutants.ts';

/** Each source with one planted mistake, in the order of the source. */
function variantsOf(source: string): string[] {
  return mutantsOf(source).map((mutant) => plant(mutant, source));
}

describe('the mistakes that are planted', () => {
  test.each([
    ['a condition', 'if (a) b;', ['if (true) b;', 'if (false) b;', 'if (a) ;']],
    ['a choice', 'x = a ? b : c', ['x = true ? b : c', 'x = false ? b : c', ';']],
    ['a boundary', 'const x = a < b', ['const x = a <= b', 'const x = a >= b']],
    ['an equation', 'const x = a === b', ['const x = a !== b']],
    ['an operation', 'const x = a + b', ['const x = a - b']],
    ['a connective', 'const x = a && b', ['const x = a || b']],
    ['a negation', 'const x = !a', ['const x = a']],
    ['a boolean', 'const x = true', ['const x = false']],
    ['a number', 'const x = 10', ['const x = (10 + 1)']],
    ['a text', "const x = 'gone'", ["const x = 'mutant'"]],
    ['a spread', 'const x = { ...a, b }', ['const x = {  b }']],
    ['an await', 'const x = await a', ['const x = a']],
    ['a method', 'const x = Math.min(a, b)', ['const x = Math.max(a, b)']],
    ['two statements', 'a();\nb();', ['b();\na();', ';\nb();', 'a();\n;']],
  ])('are about %s', (_, source, variants) => {
    expect(variantsOf(source).toSorted()).toEqual([...variants].toSorted());
  });

  test.each([
    ['an import', "import { a } from 'b';"],
    ['a re-export', "export * from 'b';"],
    ['a type', "type A = 'b' | 1 | true;"],
    ['an interface', "interface A { readonly b: 'c' }"],
    ['the type of a parameter', "function a(b: 'c' | 1) { return b }"],
    ['prose', "const a = 'must be a URL'"],
    ['the name of a property', "const a = { 'b-c': d }"],
  ])('are not about %s', (_, source) => {
    expect(variantsOf(source)).toEqual([]);
  });

  test('reach what has its type stated', () => {
    expect(variantsOf('const x = (a < b) as boolean')).toHaveLength(2);
  });

  test('name their line and their kind', () => {
    expect(mutantsOf('const a = b;\nconst c = !a;\n')).toMatchObject([{ line: 2, operator: 'negation' }]);
  });
});
