import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import { subscribableTypes } from '../../../../core/events/subscribable-events.ts';
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

  test('show every event type once, in the catalog’s order', async () => {
    const shown = (await pages('GET /event-types', 2)) as unknown as { type: string }[];

    expect(shown.map(({ type }) => type)).toEqual(subscribableTypes);
  });

  test.each(['api-keys', 'portal-sessions'])(
    'show every one of the %s once, the oldest first',
    async (noun) => {
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) {
        const { body } = await api.callSigned(`POST /accounts/{accountId}/${noun}`, { accountId });
        ids.push(body.id);
        // Two may be as old as each other.
        if (count % 2 === 0) deployment.clock.advance(1);
      }

      const list = async (query: Record<string, string>) =>
        (
          await api.call(`GET /accounts/{accountId}/${noun}`, {
            isSigned: true,
            pathParameters: { accountId },
            query,
          })
        ).body as { items: { id: string; createdAt: string }[]; nextCursor: string | null };
      const [first, whole] = [await list({ limit: '2', cursor: '' }), await list({})];
      const second = await list({ limit: '2', cursor: first.nextCursor ?? '' });
      const third = await list({ limit: '2', cursor: second.nextCursor ?? '' });
      const shown = [first, second, third].flatMap(({ items }) => items);
      expect(shown.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect(shown.map(({ createdAt }) => createdAt)).toEqual(
        shown.map(({ createdAt }) => createdAt).toSorted(),
      );
      expect(whole).toEqual({ items: shown, nextCursor: null });
      expect([first, second, third].map(({ nextCursor }) => nextCursor)).toEqual([
        expect.any(String),
        expect.any(String),
        null,
      ]);
    },
  );

  test('go on after an item that was removed meanwhile', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { body } = await api.callSigned('POST /accounts/{accountId}/api-keys', { accountId });
      ids.push(body.id);
      deployment.clock.advance(1);
    }
    const list = (query: Record<string, string>) =>
      api.call('GET /accounts/{accountId}/api-keys', {
        isSigned: true,
        pathParameters: { accountId },
        query,
      });
    const { body: first } = await list({ limit: '1' });
    await api.callSigned('DELETE /accounts/{accountId}/api-keys/{keyId}', {
      accountId,
      keyId: ids[0] ?? '',
    });

    const { body: second } = await list({ limit: '1', cursor: first.nextCursor });
    expect(second.items.map(({ id }: { id: string }) => id)).toEqual([ids[1]]);
  });

  test('begin at the beginning if the cursor is empty', async () => {
    const created = await create();

    const { body } = await api.call('GET /subscriptions', { accountId, query: { cursor: '' } });
    expect(body.items).toMatchObject([{ id: created.id }]);
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
