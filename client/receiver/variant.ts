import type { FindingCode } from './findings.ts';

/** A value as it was given, or as it would be without the mistake that `finding` names. */
export interface Variant<T> {
  readonly value: T;
  readonly finding?: FindingCode;
}

/** More than two mistakes at once are not looked for: guesses would begin to match each other's work. */
const mostMistakes = 2;

/**
 * All choices of one variant of each dimension that make at most two mistakes, those with the fewest first. A dimension's
 * first variant is the value as it was given.
 */
export function choicesOf<Dimensions extends Readonly<Record<string, readonly Variant<unknown>[]>>>(
  dimensions: Dimensions,
): { readonly [Name in keyof Dimensions]: Dimensions[Name][number] }[] {
  type Choice = { readonly [Name in keyof Dimensions]: Dimensions[Name][number] };
  let choices: { readonly chosen: Partial<Choice>; readonly mistakes: number }[] = [
    { chosen: {}, mistakes: 0 },
  ];
  for (const [name, variants] of Object.entries(dimensions)) {
    choices = choices.flatMap(({ chosen, mistakes }) =>
      variants.flatMap((variant) => {
        const count = mistakes + (variant.finding === undefined ? 0 : 1);
        return count > mostMistakes ? [] : [{ chosen: { ...chosen, [name]: variant }, mistakes: count }];
      }),
    );
  }
  return choices.toSorted((a, b) => a.mistakes - b.mistakes).map(({ chosen }) => chosen as Choice);
}

/** The mistakes of a choice. */
export function findingsOf(choice: Readonly<Record<string, Variant<unknown>>>): FindingCode[] {
  return Object.values(choice).flatMap(({ finding }) => finding ?? []);
}
