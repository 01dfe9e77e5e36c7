type Matcher = (value: unknown) => boolean;

/**
 * The part of EventBridge's pattern language that the rules use: nested fields, lists of exact values, and
 * anything-but with a list. Any other operator throws when the rule is created.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePattern(pattern: unknown): Matcher {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) {
    throw new Error('an event pattern is an object');
  }
  const fields = Object.entries(pattern).map(([name, rule]): [string, Matcher] => [
    name,
    Array.isArray(rule) ? anyOf(rule.map(compileLeaf)) : compilePattern(rule),
  ]);
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    fields.every(([name, matches]) => matches((value as Record<string, unknown>)[name]));
}

function compileLeaf(leaf: unknown): Matcher {
  if (typeof leaf !== 'object' || leaf === null) return (value) => value === leaf;
  const [operator, operand] = Object.entries(leaf)[0] ?? [];
  if (operator !== 'anything-but')
    throw new Error(`the local run does not know the pattern operator ${operator}`);
  const refused: unknown[] = Array.isArray(operand) ? operand : [operand];
  return (value) => value !== undefined && !refused.includes(value);
}

function anyOf(matchers: readonly Matcher[]): Matcher {
  return (value) => {
    // A pattern matches a list in the event if it matches one of its elements.
    const candidates = Array.isArray(value) ? value : [value];
    return matchers.some((matches) => candidates.some(matches));
  };
}
