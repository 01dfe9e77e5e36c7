import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { pageParameters } from '../../contract/lists.ts';
import { routeOf } from '../../contract/routes.ts';
import { isInOrder, timeRange } from '../../contract/time-range.ts';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { subscribableTypes } from '../../core/events/subscribable-events.ts';

const page = z.strictObject(pageParameters);
const range = z.strictObject(timeRange);

describe('a page', () => {
  test.each([
    [{}, { limit: 100 }],
    [{ limit: '1' }, { limit: 1 }],
    [
      { limit: '100', cursor: 'x' },
      { limit: 100, cursor: 'x' },
    ],
    [{ cursor: 'x'.repeat(1_000) }, { limit: 100, cursor: 'x'.repeat(1_000) }],
  ])('may be asked for by %j', (query, read) => {
    expect(page.parse(query)).toEqual(read);
  });

  test.each(['0', '101', '1.5', 'all', '-1'])('has no size of %j', (limit) => {
    const [issue] = page.safeParse({ limit }).error?.issues ?? [];

    expect(issue?.message).toBe('must be a whole number from 1 to 100');
  });

  test('has no cursor of more than 1,000 characters', () => {
    const [issue] = page.safeParse({ cursor: 'x'.repeat(1_001) }).error?.issues ?? [];

    expect(issue?.message).toBe('must be a nextCursor of this very list, with the same filter');
  });
});

describe('a time', () => {
  test.each([
    ['2026-11-23T16:55:00Z', '2026-11-23T16:55:00.000Z'],
    ['2026-11-23T16:55:00.5+02:00', '2026-11-23T14:55:00.500Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is read as %s', (since, read) => {
    expect(range.parse({ since })).toEqual({ since: read });
  });

  test.each([
    ['2026-11-23', 'must be a time such as'],
    ['2026-11-23T16:55:00', 'must be a time such as'],
    ['yesterday', 'must be a time such as'],
    ['0000-01-01T00:00:00+01:00', 'must be a time of the years 0000 to 9999'],
    ['9999-12-31T23:59:59-01:00', 'must be a time of the years 0000 to 9999'],
  ])('%s is none', (until, message) => {
    expect(range.safeParse({ until }).error?.issues[0]?.message).toContain(message);
  });
});

test.each([
  [undefined, undefined, true],
  ['2026-01-01', undefined, true],
  [undefined, '2026-01-01', true],
  ['2026-01-01', '2026-01-01', true],
  ['2026-01-01', '2026-01-02', true],
  ['2026-01-02', '2026-01-01', false],
])('a range from %p until %p is in order: %s', (since, until, inOrder) => {
  expect(isInOrder({ since, until })).toBe(inOrder);
});

describe('a filter', () => {
  const [first, second = first] = eventTypes;
  const events = 'GET /events';
  const deliveries = 'GET /subscriptions/{id}/deliveries';

  function read(key: Parameters<typeof routeOf>[0], query: Record<string, string>) {
    const parsed = routeOf(key).query?.safeParse(query);
    return parsed?.data ?? parsed?.error?.issues.map(({ path, message }) => [path.join('.'), message]);
  }

  test.each<[Parameters<typeof routeOf>[0], Record<string, string>, object]>([
    [events, { eventType: first }, { eventType: [first] }],
    [events, { eventType: `${second},${first},${second}` }, { eventType: [first, second].toSorted() }],
    [events, { eventType: 'customer.*' }, { eventType: ['customer.*'] }],
    [events, { eventType: `${first},*` }, {}],
    [deliveries, { eventType: 'webhook.verify' }, { eventType: ['webhook.verify'] }],
    [deliveries, { eventType: 'webhook.*,customer.*' }, { eventType: ['customer.*', 'webhook.*'] }],
    [deliveries, { eventType: '*' }, {}],
    [deliveries, { status: 'waiting,failed' }, { status: ['failed', 'waiting'] }],
    [deliveries, { statusClass: 'none,5xx,none' }, { statusClass: ['5xx', 'none'] }],
  ])('of %s: %j is read as %j', (key, query, result) => {
    expect(read(key, query)).toEqual({ limit: 100, ...result });
  });

  const everyType = [...subscribableTypes, 'ticket.*', 'customer.*', 'webhook.*', '*'].join(', ');

  test.each<[Parameters<typeof routeOf>[0], string, string, string]>([
    [events, 'eventType', '', ''],
    [events, 'eventType', `${first},`, ''],
    [events, 'eventType', `${first}, ${second}`, second],
    [events, 'eventType', first.toUpperCase(), first],
    [events, 'eventType', first.slice(0, -1), first],
    [events, 'eventType', 'ticket', 'ticket.*'],
    [events, 'eventType', 'customers.*', 'customer.*'],
    [events, 'eventType', 'order.*', ''],
    [events, 'eventType', '*.*', ''],
    [events, 'eventType', 'webhook.verify', ''],
    [deliveries, 'eventType', 'webhook.verfy', 'webhook.verify'],
    [deliveries, 'eventType', `${first},order.paid`, ''],
    [deliveries, 'status', 'delivered,faild', 'failed'],
    [deliveries, 'status', 'exhausted', ''],
    [deliveries, 'statusClass', '5xx,500', ''],
    [deliveries, 'statusClass', '4XX', '4xx'],
  ])('of %s is refused, because it can match nothing: %s=%s', (key, name, value, meant) => {
    const suggestion = meant === '' ? '' : `; did you mean ${meant}?`;
    const [[field, message] = []] = read(key, { [name]: value }) as string[][];

    expect(field).toBe(name);
    expect(message).toMatch(/^must be one of /);
    expect(message?.replace(/^[^;]*/, '')).toBe(suggestion);
  });

  test('names in its error all that can be asked for', () => {
    expect(read(events, { eventType: 'order.paid' })).toEqual([['eventType', `must be one of ${everyType}`]]);
  });

  test('holds a hundred words at most', () => {
    const words = (count: number) => Array<string>(count).fill('none').join();

    expect(read(deliveries, { statusClass: words(100) })).toEqual({ limit: 100, statusClass: ['none'] });
    expect(read(deliveries, { statusClass: words(101) })).toEqual([['statusClass', 'must name at most 100']]);
  });
});

describe('a body', () => {
  function read(key: Parameters<typeof routeOf>[0], body: unknown) {
    const schema = routeOf(key).body;
    if (!schema || typeof schema === 'function') throw new Error(`${key} has no body of its own`);
    const parsed = schema.safeParse(body);
    return parsed.data ?? parsed.error?.issues.map(({ message }) => message).join();
  }

  const role = 'must be "read" or "manage"';
  const expiry = 'must be a whole number of seconds from 60 to 43200';
  const linkExpiry = 'must be a whole number of seconds from 30 to 3600';
  const all = ['view', 'manage', 'secrets'];
  const opening = 'POST /portal-session';
  const overlap = 'must be a whole number of seconds from 60 to 604800';
  const session = 'POST /accounts/{accountId}/portal-sessions';
  const key = 'POST /accounts/{accountId}/api-keys';
  const rotation = 'POST /subscriptions/{id}/secret/rotate';

  test.each<[Parameters<typeof routeOf>[0], unknown, unknown]>([
    [key, {}, { role: 'manage', description: '' }],
    [key, { role: 'read', description: 'x'.repeat(200) }, { role: 'read', description: 'x'.repeat(200) }],
    [key, { role: 'admin' }, role],
    [key, { description: 'x'.repeat(201) }, 'must have at most 200 characters'],
    [key, { description: 5 }, 'must be text'],
    [session, {}, { capabilities: all, expiresInSeconds: 3_600, linkExpiresInSeconds: 300 }],
    [session, { expiresInSeconds: 60 }, expect.objectContaining({ expiresInSeconds: 60 })],
    [session, { expiresInSeconds: 43_200 }, expect.objectContaining({ expiresInSeconds: 43_200 })],
    [session, { linkExpiresInSeconds: 30 }, expect.objectContaining({ linkExpiresInSeconds: 30 })],
    [session, { linkExpiresInSeconds: 3_601 }, linkExpiry],
    [session, { linkExpiresInSeconds: 29 }, linkExpiry],
    [session, { capabilities: [] }, expect.objectContaining({ capabilities: ['view'] })],
    [
      session,
      { capabilities: ['secrets', 'secrets'] },
      expect.objectContaining({ capabilities: ['view', 'secrets'] }),
    ],
    [session, { capabilities: 'manage' }, 'must be a list such as ["manage"]'],
    [session, { capabilities: ['all'] }, 'must be one of view, manage, secrets'],
    [session, { locale: 'pt' }, 'must be one of en, pt-BR, es'],
    [opening, {}, 'must be text'],
    [opening, { code: 'x'.repeat(201) }, 'must have at most 200 characters'],
    [session, { expiresInSeconds: 59 }, expiry],
    [session, { expiresInSeconds: 43_201 }, expiry],
    [session, { expiresInSeconds: 60.5 }, expiry],
    [rotation, {}, { overlapSeconds: 86_400 }],
    [rotation, { overlapSeconds: 60 }, { overlapSeconds: 60 }],
    [rotation, { overlapSeconds: 604_800 }, { overlapSeconds: 604_800 }],
    [rotation, { overlapSeconds: 59 }, overlap],
    [rotation, { overlapSeconds: 604_801 }, overlap],
    ['PUT /accounts/{accountId}/status', { status: 'suspended' }, { status: 'suspended' }],
    ['PUT /accounts/{accountId}/status', { status: 'removed' }, 'must be "active", "paused" or "suspended"'],
  ])('of %s: %j is read as %j', (route, body, result) => {
    expect(read(route, body)).toEqual(result);
  });
});
