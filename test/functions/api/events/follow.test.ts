import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventCatalog } from '../../../../core/events/event-catalog.ts';
import type { TestApi } from '../../../support/api.ts';
import { publishedEvent, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** A program that follows the events of its account by asking for them again and again. */

const [{ type: published }, { type: other }] = eventCatalog;

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, accountId } = suite);
});

/** The most that docs/settings.md allows by default. */
const settleSeconds = 60;

interface Written {
  readonly id: string;
  readonly type: string;
  /** When its writer took the time, and when its row was there, in seconds from the beginning. */
  readonly begunAt: number;
  readonly writtenAt: number;
}

/** Events of a few seconds whose writers are of very different speed. */
function burstOf(count: number, seed: number): Written[] {
  const delays = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: settleSeconds }),
    fc.constant(settleSeconds),
  );
  const drawn = fc.sample(fc.tuple(fc.integer({ min: 0, max: 19 }), delays), { numRuns: count, seed });
  return drawn.map(([begunAt, delay], index) => ({
    id: uniqueId('evt'),
    type: index % 3 === 0 ? other : published,
    begunAt,
    writtenAt: begunAt + delay,
  }));
}

interface Item {
  readonly id: string;
  readonly recordedAt: string;
}

async function readAll(query: Record<string, string>) {
  const items: Item[] = [];
  const horizons = new Set<string>();
  let cursor: string | null = null;
  do {
    const { status, body }: Awaited<ReturnType<TestApi['call']>> = await api.call('GET /events', {
      accountId,
      role: 'read',
      query: { ...query, ...(cursor ? { cursor } : {}) },
    });
    expect(status).toBe(200);
    items.push(...body.items);
    horizons.add(body.completeUntil);
    cursor = body.nextCursor;
  } while (cursor);
  const [completeUntil = '', ...others] = horizons;
  expect(others).toEqual([]);
  return { items, completeUntil };
}

/** Follows the list while the events are written. */
function createFollower(
  filter: Record<string, string>,
  nextSince: (page: Awaited<ReturnType<typeof readAll>>) => string,
) {
  const seen = new Set<string>();
  let since = deployment.clock.now().toISOString();
  return {
    seen,
    async ask() {
      const page = await readAll({ ...filter, since });
      for (const { id } of page.items) seen.add(id);
      since = nextSince(page) || since;
    },
  };
}

const byHorizon = ({ completeUntil }: { completeUntil: string }) => completeUntil;
const byNewest = ({ items }: { items: readonly Item[] }) => items[0]?.recordedAt ?? '';

/** Writes the events, second by second, while the followers ask every seven seconds. */
async function play(
  events: readonly Written[],
  followers: readonly { ask(): Promise<void> }[],
): Promise<void> {
  const startMs = deployment.clock.now().getTime();
  for (let second = 0; second <= 20 + settleSeconds; second += 1) {
    const due = events.filter(({ writtenAt }) => writtenAt === second);
    await Promise.all([
      ...due.map(({ id, type, begunAt }) =>
        deployment.events.recordEvent(
          publishedEvent({ type, detail: { id, accountId } }),
          [],
          new Date(startMs + begunAt * 1_000),
        ),
      ),
      ...(second % 7 === 0 ? followers.map((follower) => follower.ask()) : []),
    ]);
    deployment.clock.advance(1_000);
  }
  await Promise.all(followers.map((follower) => follower.ask()));
}

describe('who follows the events by `completeUntil`', () => {
  test('sees every one of 600 that come at once, however long their writers take', async () => {
    const events = burstOf(600, 1);
    const follower = createFollower({}, byHorizon);
    const careless = createFollower({}, byNewest);
    await play(events, [follower, careless]);

    expect([...follower.seen].toSorted()).toEqual(events.map(({ id }) => id).toSorted());
    // By the time of the newest event it would have missed some.
    expect(careless.seen.size).toBeLessThan(600);
  });

  test('sees every one of some types, on pages of a few', async () => {
    const events = burstOf(60, 2);
    const follower = createFollower({ eventType: other, limit: '7' }, byHorizon);
    await play(events, [follower]);

    const expected = events.filter(({ type }) => type === other).map(({ id }) => id);
    expect([...follower.seen].toSorted()).toEqual(expected.toSorted());
  });
});

describe('`completeUntil`', () => {
  async function record(count: number) {
    for (let index = 0; index < count; index += 1)
      await deployment.events.recordEvent(
        publishedEvent({ detail: { id: uniqueId('evt'), accountId } }),
        [],
        deployment.clock.now(),
      );
  }
  const ago = (seconds: number) => new Date(deployment.clock.now().getTime() - seconds * 1_000).toISOString();
  const list = async (query: Record<string, string> = {}) =>
    (await api.call('GET /events', { accountId, role: 'read', query })).body;

  test('lies as far back as a writer may take, also if there are no events', async () => {
    expect(await list()).toEqual({ items: [], nextCursor: null, completeUntil: ago(settleSeconds) });
  });

  test('is the same on all pages, by the time of the first one', async () => {
    await record(2);
    const first = await list({ limit: '1' });
    deployment.clock.advance(600_000);
    const second = await list({ limit: '1', cursor: first.nextCursor });

    expect(second.items).toHaveLength(1);
    expect(second.completeUntil).toBe(first.completeUntil);
  });

  test('is no later than `until`, and no earlier than `since`', async () => {
    expect((await list({ until: ago(600) })).completeUntil).toBe(ago(600));
    expect((await list({ since: ago(1) })).completeUntil).toBe(ago(1));
  });
});
