import fc from 'fast-check';
import { userTexts } from './user-texts.ts';

/** Of JSON Schema what the contract uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
}

/** Values that a schema takes. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { anyOf, type } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  if (anyOf) return fc.oneof(...anyOf.map(valuesOf));
  if (Array.isArray(type)) return fc.oneof(...type.map((one: string) => valuesOf({ ...schema, type: one })));
  switch (type) {
    case 'string':
      return textsOf(schema);
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, 5),
      });
    case 'object':
      return objectsOf(schema);
    default:
      return fc.jsonValue();
  }
}

function textsOf({ format, pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const daysFromNow = (days: number) => new Date(Date.now() + days * 86_400_000);
    const [min, max] = [daysFromNow(-20), daysFromNow(2)];
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (format === 'uri') return fc.webUrl({ validSchemes: ['https'], withQueryParameters: true });
  if (pattern) return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength);
  const ofPeople = userTexts.filter(({ length }) => length >= minLength && length <= maxLength);
  const others = fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
  return ofPeople.length > 0 ? fc.oneof(others, fc.constantFrom(...ofPeople)) : others;
}

function objectsOf(schema: JsonSchema): fc.Arbitrary<object> {
  const { properties = {}, required = [], additionalProperties, propertyNames = { type: 'string' } } = schema;
  const named = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, valuesOf(value)])),
    { requiredKeys: [...required] },
  );
  if (typeof additionalProperties !== 'object') return named;
  const others = fc.dictionary(textsOf({ maxLength: 20, ...propertyNames }), valuesOf(additionalProperties), {
    maxKeys: 5,
  });
  return fc.tuple(others, named).map(([more, own]) => ({ ...more, ...own }));
}

/** What no schema here expects, and what has broken other programs. */
export const hostileTexts = [
  ...userTexts,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  '😀'.repeat(200),
  'x'.repeat(10_000),
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "' OR 1=1 --",
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  '#',
  'A#acc_1#S#sub_1',
  '%00',
  '%E0%A4%A',
  'null',
  'NaN',
  '1e309',
  '-0',
  '9007199254740993',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '2026-11-26T24:00:00Z',
  'http://[::1',
  'https://user:secret@host/',
  '\r\nx-injected: 1',
];

const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constantFrom(null, true, 0, -1, 0.1, 1e308, -1e308, 2 ** 53, [], {}, [[]], [null]),
  fc.constant(nested(500)),
  fc.constant(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`n${index}`, index]))),
  fc.constant(JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}')),
  fc.jsonValue(),
);

/** Values that a schema takes but for one place in them, where there is something hostile; or all of it is. */
export function nearlyValidValues(schema: JsonSchema): fc.Arbitrary<unknown> {
  const spoiled = fc
    .tuple(valuesOf(schema), hostileValues, fc.nat(), fc.constantFrom(...hostileTexts, 'url', 'id'))
    .map(([value, hostile, at, name]) => spoil(value, hostile, at, name));
  return fc.oneof(
    { weight: 2, arbitrary: valuesOf(schema) },
    { weight: 4, arbitrary: spoiled },
    { weight: 1, arbitrary: hostileValues },
  );
}

/** Puts it in place of one part, or adds it as a part that is not there. */
function spoil(value: unknown, hostile: unknown, at: number, name: string): unknown {
  if (typeof value !== 'object' || value === null) return hostile;
  const keys = Object.keys(value);
  if (Array.isArray(value)) {
    const index = at % (value.length + 1);
    return value.toSpliced(index, 1, at % 3 === 0 ? spoil(value[index], hostile, at >> 2, name) : hostile);
  }
  const key = keys[at % (keys.length + 1)];
  if (key === undefined) return { ...value, [name]: hostile };
  const inner = (value as Record<string, unknown>)[key];
  return { ...value, [key]: at % 3 === 0 ? spoil(inner, hostile, at >> 2, name) : hostile };
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
