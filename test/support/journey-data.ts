import { catalogEntryOf, type EventType } from '../../core/events/event-catalog.ts';

const written = ['handle', 'name', 'note', 'subject', 'team', 'text'];

/** The catalog's example, with an emoji in all that people write, and in the name of a field. */
export function exampleData(type: EventType): Record<string, unknown> {
  const example = JSON.stringify(catalogEntryOf(type).example);
  const data = JSON.parse(example, (field, value: unknown) => {
    if (typeof value === 'string' && written.includes(field)) return `${value} 🎉`;
    if (Array.isArray(value) && field.startsWith('tags')) return [...(value as string[]), '🦄'];
    return value;
  }) as Record<string, unknown>;
  return { ...data, '🔑': '😀' };
}
