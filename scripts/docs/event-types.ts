import * as z from 'zod';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { exampleEvent } from '../../core/events/example-event.ts';
import { operationalCatalog, operationalSource } from '../../core/events/operational-events.ts';
import { isOperational, type SubscribableEntry } from '../../core/events/subscribable-events.ts';
import { table } from './markdown.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** docs/event-types.md from the two catalogs. */
export function describeEventTypes(): string {
  return `${[
    '# Event types',
    '<!-- Written by `npm run docs` from core/events/event-catalog.ts and core/events/operational-events.ts: change those files, not this one. -->',
    'Account owners subscribe to these events by their identifier. The names are those on the screens of iOmniHub.',
    listTypes(eventCatalog),
    'A callback may hold further fields: iOmniHub adds them without notice, and a receiver ignores those it does not know.',
    '## Events about your webhooks',
    'These tell what happens to an account’s own webhooks. A subscription takes them by their identifiers or by `webhook.*`. `*` does not take them, so a receiver that asked for everything gets tickets and customers as before. They concern all webhooks of the account, also the one that gets them, and they are signed and delivered as all events are.',
    `The helpdesk backend can have them too: a rule of its own on the event bus, which the output \`EventBusName\` names, matches the source \`${operationalSource}\`.`,
    listTypes(operationalCatalog),
    ...[...eventCatalog, ...operationalCatalog].flatMap(describeEventType),
  ].join('\n\n')}\n`;
}

function listTypes(catalog: readonly SubscribableEntry[]): string {
  return table(
    ['Identifier', 'iOmniHub name', 'When'],
    catalog.map(({ type, name, summary }) => [`\`${type}\``, name, summary]),
  );
}

function describeEventType(entry: SubscribableEntry): string[] {
  return [
    `## ${entry.type}`,
    `${entry.name}: ${entry.summary}`,
    'Fields of `data`:',
    table(['Field', 'Type', 'Description'], fieldRows(z.toJSONSchema(entry.data, { io: 'input' }))),
    'An example of the callback body:',
    `\`\`\`json\n${JSON.stringify(exampleBody(entry), null, 2)}\n\`\`\``,
  ];
}

/** No time in the helpdesk's data is later than the event itself. The others may name what is to come. */
function exampleBody({ type, example }: SubscribableEntry): unknown {
  const last = JSON.stringify(example)
    .match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)
    ?.toSorted()
    .at(-1);
  const at = isOperational(type) ? '2026-11-23T16:58:00.000Z' : last;
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
