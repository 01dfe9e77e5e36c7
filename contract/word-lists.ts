import * as z from 'zod';
import { everything, selectorsOf } from '../core/subscriptions/event-selector.ts';
import { mustBeOneOf } from '../core/words.ts';

const maxWords = 100;

/** A query parameter that takes any of several words. */
export function anyOf<const Word extends string>(words: readonly Word[]) {
  return describe(listSchema(words), words, 'Any of these.');
}

/** The parameter `eventType`: which of these types a list shows. Undefined for all of them. */
export function anyOfTypes<const Type extends string>(types: readonly [Type, ...Type[]]) {
  const selectors = selectorsOf(types);
  const chosen = listSchema(selectors).transform((given) => (given.includes(everything) ? undefined : given));
  return describe(chosen, selectors, 'Any of these types; `ticket.*` are all types about tickets.');
}

/**
 * Reads `a,b`. API Gateway joins the values of a repeated parameter with commas too. The words come in one order, without
 * repetitions, because they are part of a cursor's filter.
 */
function listSchema<const Word extends string>(words: readonly Word[]) {
  return z.string().transform((text, context): Word[] => {
    const given = text.split(',');
    const unknown = given.find((word) => !(words as readonly string[]).includes(word));
    if (unknown !== undefined) context.addIssue(mustBeOneOf(words, unknown));
    else if (given.length > maxWords) context.addIssue(`must name at most ${maxWords}`);
    return [...new Set(given as Word[])].toSorted();
  });
}

function describe<Schema extends z.ZodType>(schema: Schema, words: readonly string[], sentence: string) {
  return schema.optional().meta({
    description: `${sentence} Separate several by commas, or repeat the parameter.`,
    param: { style: 'form', explode: false },
    override: { type: 'array', items: { type: 'string', enum: [...words] } },
  });
}
