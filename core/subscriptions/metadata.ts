import * as z from 'zod';

/** Data that an owner stores with a subscription for his own programs. We never read it. */
export type Metadata = Readonly<Record<string, string>>;

const maxEntries = 20;
const maxValueLength = 200;

const entriesError = `must hold at most ${maxEntries} entries`;
const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,40}$/, 'must be a name of 1 to 40 letters, digits, "_", ".", ":" or "-"');
const valueSchema = z
  .string('must be text')
  .max(maxValueLength, `must have at most ${maxValueLength} characters`);

/** The metadata of a POST request. */
export const metadataSchema = entriesOf(valueSchema).refine(
  (entries) => Object.keys(entries).length <= maxEntries,
  entriesError,
);

/**
 * The metadata of a PATCH request, as in RFC 7396: null removes an entry, and an entry that is left out stays. How many
 * entries it leads to is for `mergeMetadata` to say.
 */
export const metadataPatchSchema = entriesOf(valueSchema.nullable());

function entriesOf<Value extends z.ZodType>(value: Value) {
  return z.record(nameSchema, value, 'must be an object of texts');
}

/** The entries after a change, or what is wrong if there would be too many. */
export function mergeMetadata(
  stored: Metadata,
  patch: z.output<typeof metadataPatchSchema>,
): { readonly metadata: Metadata } | { readonly fault: string } {
  const merged = Object.entries({ ...stored, ...patch }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return merged.length <= maxEntries ? { metadata: Object.fromEntries(merged) } : { fault: entriesError };
}
