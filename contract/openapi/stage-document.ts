import { maxTimeoutMs } from '../../core/subscriptions/subscription.ts';

/**
 * The document that a stage serves: a prepared one (docs/openapi.json) with the longest timeout that this stage allows.
 * Nothing else in it depends on the stage. Making it anew would take zod-openapi into the function and a second of its
 * cold start.
 */
export function documentOfStage<Document extends object>(
  prepared: Document,
  callbackTimeoutMs: number,
): Document {
  const maximum = maxTimeoutMs(callbackTimeoutMs);
  const text = JSON.stringify(prepared, (name, value: unknown) =>
    name === 'timeoutMs' ? withMaximum(value as TimeoutSchema, maximum) : value,
  );
  return JSON.parse(text) as Document;
}

interface TimeoutSchema {
  readonly maximum?: number;
  readonly anyOf?: readonly TimeoutSchema[];
}

/** In answers, the schema has no maximum and stays as it is. */
function withMaximum(schema: TimeoutSchema, maximum: number): TimeoutSchema {
  return {
    ...schema,
    ...(schema.maximum === undefined ? {} : { maximum }),
    ...(schema.anyOf ? { anyOf: schema.anyOf.map((one) => withMaximum(one, maximum)) } : {}),
  };
}
