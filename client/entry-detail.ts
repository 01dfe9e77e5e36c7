import { types } from 'node:util';
import { maxCallbackBodyBytes } from '../core/events/published-event.ts';
import { escapeNoncharacters } from '../core/json-text.ts';
import { readFailure } from './put-events-errors.ts';

/** Leaves room for the few bytes of the type, which the callback's body holds as well. */
const maxDetailBytes = maxCallbackBodyBytes - 100;

/** As deep as the dispatcher and the JSON readers of other languages follow without a doubt. */
const maxDepth = 1_000;

/** The fields have no JSON text, or none without a loss. The message begins with the path and names the rule. */
class UnwritableError extends Error {}

/**
 * `Detail` of a PutEvents entry: the JSON text of the fields, or why they have none that every receiver can read. Reads
 * each getter once and calls each `toJSON` once. Never throws.
 */
export function writeDetail(fields: object): { readonly detail: string } | { readonly explanation: string } {
  const parents = new Map<unknown, { readonly path: string; readonly depth: number }>();
  let bytes = 0;
  function inspect(this: unknown, key: string, value: unknown): unknown {
    const parent = parents.get(this);
    const path = parent?.path ? `${parent.path}.${key}` : key;
    const depth = (parent?.depth ?? 0) + 1;
    const rule = key.isWellFormed() ? brokenRule(value, depth) : surrogateRule;
    if (rule !== undefined) throw new UnwritableError(`${path.slice(0, 500)}: ${rule}`);
    // Without a limit, a small graph could be written as a tree of gigabytes.
    if (value !== undefined) bytes += typeof value === 'string' ? value.length : 1;
    if (bytes > maxDetailBytes) throw new UnwritableError(tooLarge);
    if (typeof value === 'object' && value !== null) parents.set(value, { path, depth });
    return value;
  }
  try {
    const detail = escapeNoncharacters(JSON.stringify(fields, inspect));
    return Buffer.byteLength(detail) > maxDetailBytes ? { explanation: tooLarge } : { detail };
  } catch (error) {
    if (error instanceof UnwritableError) return { explanation: printable(error.message) };
    const causes = 'a cycle, a BigInt, nested too deep, or a getter or toJSON that throws';
    const { explanation } = readFailure(error);
    return { explanation: printable(`data: cannot be written as JSON (${causes}): ${explanation}`) };
  }
}

const tooLarge = `data: the callback body would be over ${maxCallbackBodyBytes} bytes`;
const surrogateRule = 'must hold no half of a surrogate pair';

function brokenRule(value: unknown, depth: number): string | undefined {
  if (depth > maxDepth) return `must be nested at most ${maxDepth} deep`;
  if (typeof value === 'string') return value.isWellFormed() ? undefined : surrogateRule;
  const number = types.isNumberObject(value) ? Number(value) : value;
  if (typeof number === 'number' && !Number.isFinite(number)) return 'must be a number that JSON can hold';
  return undefined;
}

/** Paths contain the publisher's own keys. */
function printable(explanation: string): string {
  return explanation.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 1_000);
}
