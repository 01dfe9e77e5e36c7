import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { exampleEvent } from '../../../core/events/example-event.ts';
import {
  operationalCatalog,
  operationalSource,
  operationalTypes,
} from '../../../core/events/operational-events.ts';
import { parsePublishedEvent } from '../../../core/events/published-event.ts';
import {
  isOperational,
  type SubscribableType,
  subscribableEntryOf,
  subscribableTypes,
} from '../../../core/events/subscribable-events.ts';
import { envelope } from '../../support/builders.ts';

const accepted = new Date('2026-11-23T16:55:00.000Z');

describe('the list of operational events', () => {
  test('holds the ten that owners are told of', () => {
    expect(operationalTypes).toEqual([
      'webhook.subscription.failing',
      'webhook.subscription.disabling',
      'webhook.subscription.disabled',
      'webhook.subscription.recovered',
      'webhook.subscription.paused',
      'webhook.subscription.resumed',
      'webhook.subscription.secret-rotated',
      'webhook.subscription.changed',
      'webhook.delivery.exhausted',
      'webhook.event.unprocessable',
    ]);
  });

  test.each(operationalCatalog)('$type: the example passes its own schema unchanged', ({ data, example }) => {
    expect(data.parse(example)).toEqual(example);
  });

  test.each(operationalCatalog)(
    '$type: a field that nobody has thought of does not pass, at any depth',
    ({ data, example }) => {
      const objects = pathsOfObjects(example);
      expect(objects.length).toBeGreaterThan(1);
      for (const path of objects) expect(data.safeParse(withSecretAt(example, path)).success).toBe(false);
    },
  );

  test.each(operationalCatalog)('$type: receivers are told that fields may be added', ({ data }) => {
    const schema = JSON.stringify(z.toJSONSchema(data, { io: 'input' }));
    expect(schema).toContain('"additionalProperties":{}');
    expect(schema).not.toContain('"additionalProperties":false');
  });

  test.each(operationalCatalog)('$type: no example shows the path of a URL', ({ example }) => {
    const urls = JSON.stringify(example).match(/https?:[^"\s]+/g) ?? [];
    for (const url of urls) expect(URL.parse(url)?.pathname).toMatch(/^\/(\*+)?$/);
  });
});

describe('what can be subscribed to', () => {
  test('is what the helpdesk publishes and what happens to webhooks, with no name in both', () => {
    expect(subscribableTypes).toEqual([...eventTypes, ...operationalTypes]);
    expect(new Set(subscribableTypes).size).toBe(subscribableTypes.length);
    expect(subscribableTypes.filter(isOperational)).toEqual(operationalTypes);
  });

  test('has an entry for each type, and for no other', () => {
    expect(subscribableTypes.map((type) => subscribableEntryOf(type).type)).toEqual(subscribableTypes);
    expect(() => subscribableEntryOf('webhook.verify' as SubscribableType)).toThrow('in no catalog');
  });
});

describe('the source of an event decides which catalog it is read by:', () => {
  test.each(operationalTypes)('%s of our own is taken, with its example', (type) => {
    const example = exampleEvent(type, { id: 'evt_1', accountId: 'acc_1', at: accepted.toISOString() });

    expect(JSON.parse(example.body)).toEqual({
      id: 'evt_1',
      type,
      timestamp: accepted.toISOString(),
      accountId: 'acc_1',
      data: subscribableEntryOf(type).example,
    });
  });

  test.each([
    ['an operational type of the helpdesk', operationalTypes[0], 'iomnihub.helpdesk'],
    ['a type of the helpdesk under our source', eventTypes[0], operationalSource],
  ])('%s is unknown', (_, type, source) => {
    const text = JSON.stringify({ ...JSON.parse(envelope({ type })), source });

    expect(parsePublishedEvent(text, accepted)).toMatchObject({ rejection: { reason: 'unknown-type' } });
  });

  test('data that the list does not allow is refused', () => {
    const text = envelope({ type: operationalTypes[0], detail: { data: { secret: 'x' } } });

    expect(parsePublishedEvent(text, accepted)).toMatchObject({ rejection: { reason: 'invalid-data' } });
  });
});

function pathsOfObjects(value: object, path: readonly string[] = []): (readonly string[])[] {
  const below = Object.entries(value).flatMap(([name, part]) =>
    typeof part === 'object' && !Array.isArray(part) ? pathsOfObjects(part as object, [...path, name]) : [],
  );
  return [path, ...below];
}

function withSecretAt(example: object, path: readonly string[]): object {
  const copy = structuredClone(example) as Record<string, unknown>;
  let holder = copy;
  for (const name of path) holder = holder[name] as Record<string, unknown>;
  holder['secret'] = 'whsec_x';
  return copy;
}
