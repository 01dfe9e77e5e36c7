import * as z from 'zod';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { exampleEvent } from '../../core/events/example-event.ts';
import { table } from './markdown.ts';

type CatalogEntry = (typeof eventCatalog)[number];
type JsonSchema = z.core.JSONSchema.JSONSchema;

/** docs/event-types.md from the event catalog. */
export function describeEventTypes(): string {
  return `${[
    '# Event types',
    '<!-- Written by `npm run docs` from core/events/event-catalog.ts: change that file, not this one. -->',
    'Account owners subscribe to these events by their identifier. The names are those on the screens of iOmniHub.',
    table(
      ['Identifier', 'iOmniHub name', 'When'],
      eventCatalog.map(({ type, name, summary }) => [`\`${type}\``, name, summary]),
    ),
    'A callback may hold further fields: iOmniHub adds them without notice, and a receiver ignores those it does not know.',
    ...eventCatalog.flatMap(describeEventType),
  ].join('\n\n')}\n`;
}

function describeEventType(entry: CatalogEntry): string[] {
  return [
    `## ${entry.type}`,
    `${entry.name}: ${entry.summary}`,
    'Fields of `data`:',
    table(['Field', 'Type', 'Description'], fieldRows(z.toJSONSchema(entry.data, { io: 'input' }))),
    'An example of the callback body:',
    `\`\`\`json\n${JSON.stringify(exampleBody(entry), null, 2)}\n\`\`\``,
  ];
}

/** No time in the data is later than the event itself. */
function exampleBody({ type, example }: CatalogEntry): unknown {
  const at = JSON.stringify(example)
    .match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)
    ?.toSorted()
    .at(-1);
  const event = exampleEvent(type, { id: 'evt_01JDB4X8', accountId: 'acc_5512', at: at ?? '' });
  return JSON.parse(event.body);
}

/** One row per field, in the order of the schema: `ticket.customer.name`, `message.attachments[].url`. */
function fieldRows(schema: JsonSchema, parent = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (typeof property === 'boolean') return [];
    const path = parent + name;
    const optional = schema.required?.includes(name) ? '' : ', optional';
    return [
      [`\`${path}\``, typeText(property) + optional, descriptionText(property)],
      ...below(property, path),
    ];
  });
}

function below(schema: JsonSchema, path: string): string[][] {
  const element = schema.items as JsonSchema | undefined;
  return [
    ...fieldRows(schema, `${path}.`),
    ...(element ? below(element, `${path}[]`) : []),
    ...alternatives(schema).flatMap((alternative) => below(alternative, path)),
  ];
}

function typeText(schema: JsonSchema): string {
  const values = schema.enum ?? ('const' in schema ? [schema.const] : undefined);
  if (values) return values.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  const options = alternatives(schema);
  if (options.length > 0) return options.map(typeText).join(' or ');
  if (schema.items) return `array of ${typeText(schema.items as JsonSchema)}`;
  if (schema.format === 'date-time') return 'ISO 8601 time in UTC';
  if (schema.format === 'uri') return 'URL';
  if (schema.propertyNames) {
    const value = typeText(schema.additionalProperties as JsonSchema);
    return `object of ${value.includes(' or ') ? `(${value})` : value} by name`;
  }
  return [schema.type ?? 'any'].flat().join(' or ');
}

function descriptionText({ description, examples }: JsonSchema): string {
  const samples = (examples ?? []).map((example) => `\`${JSON.stringify(example)}\``);
  const sentence = samples.length > 0 ? `Such as ${samples.join(', ')}.` : undefined;
  return [description, sentence].filter(Boolean).join(' ');
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [];
}
