/** Parts of a FilterExpression, with the names and values that they use. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The attribute is one of the values. DynamoDB takes up to 100 of them. */
export function isOneOf(attribute: string, allowed: readonly string[]): Condition {
  const values = Object.fromEntries(allowed.map((value, index) => [`:${attribute}${index}`, value]));
  return {
    expression: `#${attribute} IN (${Object.keys(values).join(', ')})`,
    names: { [`#${attribute}`]: attribute },
    values,
  };
}

/** The attribute is one of these event types, or begins like `ticket.*`. So also types that this version does not know. */
export function isOfTypes(attribute: string, selectors: readonly string[]): Condition {
  const families = selectors.filter((selector) => selector.endsWith('*'));
  const types = selectors.filter((selector) => !selector.endsWith('*'));
  return anyCondition([
    ...(types.length > 0 ? [isOneOf(attribute, types)] : []),
    ...families.map((family, index) => ({
      expression: `begins_with(#${attribute}, :${attribute}Family${index})`,
      names: { [`#${attribute}`]: attribute },
      values: { [`:${attribute}Family${index}`]: family.slice(0, -1) },
    })),
  ]);
}

export function anyCondition(conditions: readonly Condition[]): Condition {
  const { expression, names, values } = joined(conditions, ' OR ');
  // DynamoDB refuses parentheses that it does not need.
  return { expression: conditions.length > 1 ? `(${expression})` : expression, names, values };
}

/** The conditions as the parts of a Query that filter. Empty if there are none. */
export function filterBy(conditions: readonly Condition[]) {
  const { expression, names, values } = joined(conditions, ' AND ');
  return {
    FilterExpression: expression || undefined,
    ExpressionAttributeNames: Object.keys(names).length > 0 ? names : undefined,
    values,
  };
}

function joined(conditions: readonly Condition[], operator: string) {
  return {
    expression: conditions.map(({ expression }) => expression).join(operator),
    names: Object.assign({}, ...conditions.map(({ names }) => names)) as Record<string, string>,
    values: Object.assign({}, ...conditions.map(({ values }) => values)) as Record<string, unknown>,
  };
}
