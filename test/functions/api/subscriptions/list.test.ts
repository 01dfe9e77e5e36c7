import { describe, expect, test } from '@jest/globals';
import { capabilitiesByRole } from '../../../../core/accounts/credential.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import { createListSubscriptions } from '../../../../functions/api/subscriptions/list.ts';
import { subscription } from '../../../support/builders.ts';

const at = (second: number) => `2026-11-23T17:00:0${second}.000Z`;

/** Two were created at the same time. */
const stored = [
  subscription({ id: 'sub_c', createdAt: at(1) }),
  subscription({ id: 'sub_a', createdAt: at(2) }),
  subscription({ id: 'sub_b', createdAt: at(2) }),
  subscription({ id: 'sub_d', createdAt: at(3) }),
];

async function page(limit: number, cursor?: string, role: 'read' | 'manage' = 'manage', all = stored) {
  const list = createListSubscriptions({
    subscriptions: { listSubscriptions: async () => all } as unknown as Parameters<
      typeof createListSubscriptions
    >[0]['subscriptions'],
    cursorKey: async () => Buffer.alloc(32, 1),
    accountStatus: { findAccountStatus: async () => 'active' },
    stageStatus: { isStagePaused: async () => false },
  });
  const answer = await list({
    accountId: 'acc_1',
    actor: { kind: 'api-key', id: 'key_1' },
    capabilities: capabilitiesByRole[role],
    path: {},
    query: { limit, ...(cursor === undefined ? {} : { cursor }) },
    body: undefined,
    requestId: 'request-1',
    sourceIp: '192.0.2.1',
    ownUrl: 'https://api.iomnihub.example',
    ownHost: 'api.example',
    ifMatch: undefined,
  });
  if ('problem' in answer) throw new Error(answer.problem.detail);
  return answer.body;
}

async function idsByPages(limit: number, all: readonly Subscription[] = stored) {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await page(limit, cursor, 'manage', [...all]);
    pages.push(items.map(({ id }) => id));
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

describe('the list of subscriptions', () => {
  test.each([
    [1, [['sub_c'], ['sub_a'], ['sub_b'], ['sub_d']]],
    [
      2,
      [
        ['sub_c', 'sub_a'],
        ['sub_b', 'sub_d'],
      ],
    ],
    [3, [['sub_c', 'sub_a', 'sub_b'], ['sub_d']]],
    [4, [['sub_c', 'sub_a', 'sub_b', 'sub_d']]],
    [100, [['sub_c', 'sub_a', 'sub_b', 'sub_d']]],
  ])('has pages of %i, each subscription once, and no empty page at its end', async (limit, pages) => {
    expect(await idsByPages(limit)).toEqual(pages);
  });

  test('of an account without one is one empty page', async () => {
    expect(await idsByPages(2, [])).toEqual([[]]);
  });

  test('shows the URLs as the role may see them', async () => {
    const urlsFor = async (role: 'read' | 'manage') =>
      (await page(100, undefined, role)).items.map(({ url }) => url);

    expect(new Set(await urlsFor('manage'))).toEqual(new Set(['https://crm.example.com/hooks/iomnihub']));
    expect(new Set(await urlsFor('read'))).toEqual(new Set(['https://crm.example.com/********']));
  });
});
