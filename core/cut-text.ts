/**
 * The beginning of a text, at most `maxLength` UTF-16 units long. A surrogate pair is kept or left out as a whole: half
 * of one makes strict JSON readers refuse the whole document.
 */
export function cutText(text: string, maxLength: number): string {
  const isWithinPair = /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 1));
  return text.slice(0, isWithinPair ? maxLength - 1 : maxLength);
}
