import fc from 'fast-check';

const tokens = /"(?:[^"\\]|\\.)*"|[-\d][-+.\deE]*/g;

/**
 * Reads JSON as a receiver does whose numbers have no limit: each number is read as its text, with "#" in front. Texts
 * and keys get a "$" in front. It shares no code with the product.
 */
export function readExactly(text: string): unknown {
  const tagged = text.replaceAll(tokens, (token) =>
    token.startsWith('"') ? `"$${token.slice(1)}` : `"#${token}"`,
  );
  return JSON.parse(tagged);
}

/** Numbers as JSON allows them: of any length, with any exponent. */
export const numberTexts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '1.10',
    '1E5',
    '1e400',
    '-1e400',
    '1e-400',
    '84.0000000000000000',
    '2026112900000123',
    '9007199254740991',
    '9007199254740993',
    '1234567890123456789',
    '0.12345678901234567890',
  ),
  fc.stringMatching(/^-?(0|[1-9]\d{0,40})(\.\d{1,40})?([eE][+-]?\d{1,25})?$/),
);

/** Characters that have broken programs: of every plane and direction, none at all, half a character. */
const characters = fc.oneof(
  fc.constantFrom(
    '\0',
    '\uFFFE',
    '\uFFFF',
    '\uFFFD',
    '\uD83D',
    '\uDE00',
    '\u202E',
    '\u2028',
    '\u007F',
    '"',
    '\\',
    '/',
    '😀',
    '🄯',
    '你',
    'ש',
    'é',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
);

/** Any text, also with half a surrogate pair, which JSON can write as an escape. */
export const unicodeTexts: fc.Arbitrary<string> = fc
  .array(characters, { maxLength: 12 })
  .map((parts) => parts.join(''));

/** A text in JSON. Any character may be escaped. A half pair must be, because no UTF-8 holds it. */
const stringTexts = fc.tuple(unicodeTexts, fc.infiniteStream(fc.boolean())).map(([text, escapes]) => {
  const written = Array.from(text, (character) => {
    const mayStay = character.isWellFormed() && character >= ' ' && !'"\\'.includes(character);
    return mayStay && !escapes.next().value ? character : escapeAll(character);
  });
  return `"${written.join('')}"`;
});

function escapeAll(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** Values as JSON text, with keys in any order. */
export const jsonTexts: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numberTexts,
    stringTexts,
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
    fieldTexts(tie('value')).map((fields) => `{${fields.join(',')}}`),
  ),
})).value;

/** Fields of an object, each with another name. */
function fieldTexts(values: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  const names = fc.oneof(
    stringTexts,
    fc.constantFrom('"7"', '"10"', '"__proto__"', '"constructor"', '"toJSON"', '"rawJSON"'),
  );
  return fc
    .uniqueArray(fc.tuple(names, values), { maxLength: 5, selector: ([name]) => String(JSON.parse(name)) })
    .map((fields) => fields.map(([name, value]) => `${name}: ${value}`));
}
