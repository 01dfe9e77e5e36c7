import { describe, expect, test } from '@jest/globals';
import { ageText, printable, printableLines, tableText } from '../../../scripts/redrive/text.ts';

describe('text of a message', () => {
  test.each([
    ['stays as it is: letters, signs, emoji', 'ação "x" <y> 工 🎫', 'ação "x" <y> 工 🎫'],
    ['does not move the cursor', '\u001b[2Jx\r\n\tz', String.raw`\u{1b}[2Jx\u{d}\u{a}\u{9}z`],
    ['has no control characters of 8 bits', 'a\u009b31mb', String.raw`a\u{9b}31mb`],
    ['does not change its direction', '\u202eevt\u2066', String.raw`\u{202e}evt\u{2066}`],
    ['hides nothing', 'a\u200bb\u00adc\ufeff', String.raw`a\u{200b}b\u{ad}c\u{feff}`],
    ['has no line or paragraph of its own', 'a\u2028b\u2029c', String.raw`a\u{2028}b\u{2029}c`],
    ['has no half characters', 'a\ud83d', String.raw`a\u{d83d}`],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('keeps its line feeds where it may', () => {
    expect(printableLines('a\nb\u0007')).toBe(String.raw`a
b\u{7}`);
  });
});

describe('an age', () => {
  const now = new Date('2026-11-23T16:55:00.000Z');

  test.each([
    ['2026-11-23T16:55:00.000Z', '0s'],
    ['2026-11-23T16:55:09.000Z', '0s'],
    ['2026-11-23T16:54:20.400Z', '39s'],
    ['2026-11-23T16:42:57.000Z', '12m 3s'],
    ['2026-11-23T14:55:00.000Z', '2h 0m'],
    ['2026-11-20T12:54:59.000Z', '3d 4h'],
  ])('of %s is %s', (at, text) => {
    expect(ageText(at, now)).toBe(text);
  });
});

describe('a table', () => {
  test('lines up its columns, whatever their characters are wide, without colours or lines', () => {
    expect(
      tableText(
        ['ID', 'REASON'],
        [
          ['工工', 'a'],
          ['evt_1', 'b\u001b'],
        ],
      ).split('\n'),
    ).toEqual(['ID     REASON', '工工   a', String.raw`evt_1  b\u{1b}`]);
  });

  test('gives each message one line, however long', () => {
    expect(tableText(['ID'], [['x'.repeat(500)], ['y\nz']]).split('\n')).toHaveLength(3);
  });
});
