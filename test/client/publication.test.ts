import { expect, test } from '@jest/globals';
import { explainUnfinished, newPublication, type Publication } from '../../client/publication.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';

const [{ type }] = eventCatalog;

function publication(state: Partial<Publication> = {}): Publication {
  const request = { isOver: () => false, whenOver: new Set<() => void>() };
  return { ...newPublication({ detailType: type, detail: '{}' }, request, () => {}), ...state };
}

test.each<[what: string, state: Partial<Publication> | undefined, explanation: string]>([
  ['has not been checked', undefined, 'it was not sent'],
  ['waits for its turn', {}, 'it was not sent'],
  [
    'waits for the SDK',
    { progress: 'preparing', attempts: 1 },
    'it was not sent, because the SDK still waits for credentials, a region or an endpoint',
  ],
  [
    'waits for an answer',
    { progress: 'on-the-wire', attempts: 1 },
    'it was sent and not answered, so it may have been published all the same',
  ],
  [
    'waits for its next attempt',
    { attempts: 2, lastFailure: 'InternalFailure: down' },
    'attempt 2 failed with InternalFailure: down',
  ],
  [
    'waits for its next attempt after a doubt',
    { attempts: 2, lastFailure: 'InternalFailure: down', mayBePublished: true },
    'attempt 2 failed with InternalFailure: down; it may have been published all the same',
  ],
  [
    'waits for the SDK after a doubt',
    { progress: 'preparing', attempts: 2, mayBePublished: true },
    'it was not sent, because the SDK still waits for credentials, a region or an endpoint; it may have been published all the same',
  ],
])('tells of an event that %s when time is over', (_, state, explanation) => {
  const unfinished = state && publication(state);
  expect(explainUnfinished(unfinished, 'AbortError: over')).toBe(`AbortError: over; ${explanation}`);
});
