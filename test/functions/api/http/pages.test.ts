import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import type { TestApi } from '../../../support/api.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { type Receiver } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** What all lists have in common. */

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, receiver, accountId } = suite);
});

async function create(overrides: Record<string, unknown> = {}) {
  const body = { url: receiver.url, eventTypes: [eventTypes[0]], ...overrides };
  const created = await api.call('POST /subscriptions', { accountId, body });
  expect(created).toMatchObject({ status: 201 });
  return created.body;
}

describe('lists by pages', () => {
  async function pages(route: string, limit: number, firstCursor?: string) {
    const items: { id: string; at: string }[] = [];
    for (let cursor = firstCursor ?? '', first = !firstCursor; first || cursor; first = false) {
      const query = { limit: String(limit), ...(cursor ? { cursor } : {}) };
      const { body } = await api.call(route, { accountId, query });
      items.push(...body.items);
      cursor = body.nextCursor ?? '';
    }
    return items;
  }

  test('show every subscription once, in their order', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.push((await create()).id);
      deployment.clock.advance(1);
    }

    expect((await pages('GET /subscriptions', 2)).map(({ id }) => id)).toEqual(ids);
  });

  test('show every audit entry once, the newest first', async () => {
    const { id } = await create();
    // Its creation is the first entry.
    deployment.clock.advance(1);
    for (let count = 0; count < 4; count += 1) {
      await api.call('GET /subscriptions/{id}/secret', { accountId, id });
      deployment.clock.advance(1);
    }

    const times = (await pages('GET /audit-log', 2)).map(({ at }) => at);
    expect(times).toHaveLength(5);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  test.each([
    [{ limit: '0' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ limit: 'all' }, 'limit'],
    [{ cursor: 'made-up' }, 'cursor'],
    [{ cursor: 'x'.repeat(501) }, 'cursor'],
    [{ page: '2' }, 'page'],
  ])('refuse %j', async (query, field) => {
    expect(await api.call('GET /audit-log', { accountId, query })).toMatchObject({
      status: 400,
      body: { issues: [{ field }] },
    });
  });

  test('take no cursor of another list, though it is the account’s own', async () => {
    for (let count = 0; count < 2; count += 1) await create();
    const { body } = await api.call('GET /subscriptions', { accountId, query: { limit: '1' } });

    expect(await api.call('GET /audit-log', { accountId, query: { cursor: body.nextCursor } })).toMatchObject(
      { status: 400, body: { issues: [{ field: 'cursor' }] } },
    );
  });
});
