import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, test } from '@jest/globals';
import { createPublisher } from '../../client/publisher.ts';
import { readPublisherOptions } from '../../client/publisher-options.ts';

const eventBusName = 'events';

test('the defaults are five attempts, thirty seconds and ten calls at a time', () => {
  expect(readPublisherOptions({ eventBusName })).toEqual({
    eventBusName,
    client: expect.any(EventBridgeClient),
    maxAttempts: 5,
    timeoutMs: 30_000,
    maxConcurrentCalls: 10,
  });
});

test('an option that is undefined has its default', () => {
  const options = { eventBusName, maxAttempts: undefined, timeoutMs: undefined, client: undefined };
  expect(readPublisherOptions(options)).toMatchObject({ maxAttempts: 5, timeoutMs: 30_000 });
});

test.each([
  'events',
  'my/bus.of_events-1',
  'arn:aws:events:us-east-1:123456789012:event-bus/events',
  'x'.repeat(1_600),
])('takes the bus %s', (name) => {
  expect(readPublisherOptions({ eventBusName: name }).eventBusName).toBe(name);
});

describe.each([
  ['maxAttempts', 1, 20],
  ['timeoutMs', 1, 3_600_000],
  ['maxConcurrentCalls', 1, 50],
])('%s', (name, least, most) => {
  test.each([least, most])('can be %i', (value) => {
    expect(readPublisherOptions({ eventBusName, [name]: value })).toHaveProperty(name, value);
  });

  test.each([Number.NaN, Infinity, -Infinity, 0, -1, 1.5, most + 1, '5', null, true, 5n, {}, [5]])(
    'cannot be %p',
    (value) => {
      const options = { eventBusName, [name]: value };
      const rule = `createPublisher: options.${name}: must be a whole number from ${least} to ${most}`;
      expect(() => createPublisher(options as never)).toThrow(new TypeError(rule));
    },
  );
});

test.each<[what: string, options: unknown, message: string]>([
  ['no options', undefined, 'createPublisher: options: '],
  ['null', null, 'createPublisher: options: '],
  ['no bus', {}, 'createPublisher: options.eventBusName: must be the name or ARN of an event bus'],
  ['an empty bus', { eventBusName: '' }, 'options.eventBusName: must be'],
  ['a bus with a space', { eventBusName: 'my events' }, 'options.eventBusName: must be'],
  ['a bus with a line end', { eventBusName: 'events\n' }, 'options.eventBusName: must be'],
  ['a bus of 1,601 characters', { eventBusName: 'x'.repeat(1_601) }, 'options.eventBusName: must be'],
  [
    'a queue for a bus',
    { eventBusName: 'arn:aws:sqs:us-east-1:123456789012:events' },
    'options.eventBusName: must be',
  ],
  ['a client that cannot send', { eventBusName, client: {} }, 'options.client: must be an EventBridgeClient'],
  ['null for a client', { eventBusName, client: null }, 'options.client: must be an EventBridgeClient'],
  ['an unknown option', { eventBusName, maxAttemps: 3 }, 'maxAttemps'],
])('%s is refused by name', (_, options, message) => {
  expect(() => createPublisher(options as never)).toThrow(TypeError);
  expect(() => createPublisher(options as never)).toThrow(message);
});
