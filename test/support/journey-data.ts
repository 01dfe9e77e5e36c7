import { catalogEntryOf, type EventType } from '../../core/events/event-catalog.ts';
import { userTextAt, userTexts } from './user-texts.ts';

const written = ['handle', 'name', 'note', 'subject', 'team', 'text'];
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * The catalog's example as it may come: people's texts in all that they write, in tags and in names of fields; and
 * identifiers and numbers of more digits than a double has, some as texts. `JSON.stringify` writes them as they stand here.
 */
export function exampleData(type: EventType): Record<string, unknown> {
  const example = JSON.stringify(catalogEntryOf(type).example);
  let count = 0;
  const data = JSON.parse(example, (field, value: unknown) => {
    count += 1;
    if (typeof value === 'string' && written.includes(field)) return `${value} ${userTextAt(count)}`;
    if (typeof value === 'string' && field === 'id')
      return `1234567890123456${String(count).padStart(3, '0')}`;
    if (field === 'number') return rawJSON('2026112900000123');
    if (Array.isArray(value) && field.startsWith('tags')) return [...(value as string[]), ...userTexts];
    if (field === 'externalIds') return { ...(value as object), [userTextAt(count)]: '9007199254740993' };
    return value;
  }) as Record<string, unknown>;
  const fieldNames = Object.fromEntries(userTexts.map((text, index) => [text, userTextAt(index + 1)]));
  const numbers = ['1234567890123456789', '0.12345678901234567890', '1.10', '1E5', '1e400', '-0'].map(
    rawJSON,
  );
  return { ...data, '🔑': '😀', ...fieldNames, senderId: rawJSON('9007199254740993'), numbers };
}
