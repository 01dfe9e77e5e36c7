/**
 * What people write: beyond the Basic Multilingual Plane, in other scripts and directions, in characters that join or
 * control others, and with what JSON has to escape. SQS takes them all as JSON writes them.
 */
export const userTexts = [
  '😀 🎉 🦄 👩‍👩‍👧‍👦 🇧🇷',
  '你好，𠮷野家さん',
  'שלום \u202Eعليكم\u202C',
  'São João, Ångström, e\u0301',
  'नमस्ते ก็ 한국어',
  'a\0b\u0007\u001F\u007F\u0085',
  '"quoted" \\ / </script> \u2028\u2029',
  'lost \uFFFD, hidden \u200B\uFEFF',
];

/** A text that people write, another one for each number. */
export function userTextAt(index: number): string {
  return userTexts[index % userTexts.length] ?? '';
}
