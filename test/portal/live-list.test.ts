import { expect, test } from '@jest/globals';
import { createLiveList } from '../../portal/api/live-list.ts';
import { until } from '../support/until.ts';

/** A list that is read live while it grows, in pages of three. */

interface Item {
  readonly id: number;
  readonly at: string;
}

function createWorld() {
  /** Newest first. */
  const all: Item[] = [];
  const read = async (cursor: string | undefined) => {
    const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === Number(cursor)) + 1;
    const items = all.slice(from, from + 3);
    const last = items.at(-1);
    return { items, nextCursor: last && from + 3 < all.length ? String(last.id) : null };
  };
  const merge = (known: readonly Item[], fresh: readonly Item[]) =>
    [...new Map([...known, ...fresh].map((item) => [item.id, item])).values()].sort((a, b) => b.id - a.id);
  const list = createLiveList<Item>({ read, timeOf: ({ at }) => at, merge });
  const ids = () => list.items.value?.map(({ id }) => id);
  return {
    list,
    ids,
    /** `at` may be the same for several. */
    add: (...ats: string[]) => {
      for (const at of ats) all.unshift({ id: all.length + 1, at });
    },
    look: () => list.readNewest(new AbortController().signal),
    async readToTheEnd() {
      while (list.hasMore.value) {
        const before = ids()?.length;
        list.readMore();
        await until('another page', () => ids()?.length !== before);
      }
      return ids();
    },
  };
}

test('what comes now and then stands above what was read before', async () => {
  const { list, ids, add, look, readToTheEnd } = createWorld();
  add('01', '02', '03', '04', '05');
  await look();
  expect([ids(), list.hasMore.value]).toEqual([[5, 4, 3], true]);
  expect(await readToTheEnd()).toEqual([5, 4, 3, 2, 1]);
  add('06', '07');
  await look();
  expect(ids()).toEqual([7, 6, 5, 4, 3, 2, 1]);
});

test('nothing is left out if more has come than a page holds', async () => {
  const { ids, add, look, readToTheEnd } = createWorld();
  add('01', '02', '03', '04', '05');
  await look();
  await readToTheEnd();
  add('06', '07', '08', '09', '10');
  await look();
  expect(ids()).toEqual([10, 9, 8]);
  expect(await readToTheEnd()).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test('a list that was empty has all its pages too', async () => {
  const { ids, add, look, readToTheEnd } = createWorld();
  await look();
  expect(ids()).toEqual([]);
  add('01', '02', '03', '04', '05');
  await look();
  expect(await readToTheEnd()).toEqual([5, 4, 3, 2, 1]);
});

test('those that came at the same time as the last one of the newest page stay', async () => {
  const { ids, add, look, readToTheEnd } = createWorld();
  add('01', '02', '02', '02', '02');
  await look();
  await readToTheEnd();
  await look();
  expect(ids()).toEqual([5, 4, 3, 2, 1]);
});
