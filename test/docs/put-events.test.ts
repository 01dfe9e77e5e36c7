import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { catalogEntryOf, eventSource, eventTypeSchema } from '../../core/events/event-catalog.ts';
import { eventDetailSchema } from '../../core/events/published-event.ts';

const document = readFileSync(new URL('../../docs/integrating.md', import.meta.url), 'utf8');

test('the entry for PutEvents that people copy is an event that the catalog takes', () => {
  const [, entries = '[]'] = /--entries '(\[[\s\S]*?\])'$/m.exec(document) ?? [];
  const [entry] = JSON.parse(entries) as Record<string, string>[];
  const { data } = eventDetailSchema.parse(JSON.parse(entry?.['Detail'] ?? ''));

  expect(entry?.['Source']).toBe(eventSource);
  expect(
    catalogEntryOf(eventTypeSchema.parse(entry?.['DetailType'])).data.safeParse(data).error,
  ).toBeUndefined();
});
