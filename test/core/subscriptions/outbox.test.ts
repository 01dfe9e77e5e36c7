import { describe, expect, test } from '@jest/globals';
import { withNotice, withoutNotices } from '../../../core/subscriptions/outbox.ts';
import { subscription } from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const seen = subscription({ version: 7, url: 'https://crm.example.com/hooks/PLANTED' });
const resumed = (of = seen, at = now) => withNotice(of, 'webhook.subscription.resumed', {}, at);
const idsOf = ({ outbox = [] }: typeof seen) => outbox.map(({ id }) => id);

describe('the outbox of a subscription', () => {
  test('holds what its owner has to be told, without the path of its URL', () => {
    expect(resumed().outbox).toEqual([
      {
        id: 'evt_sub_1_8_0',
        type: 'webhook.subscription.resumed',
        occurredAt: now.toISOString(),
        data: {
          subscription: { id: 'sub_1', url: expect.any(String), description: seen.description },
        },
      },
    ]);
    expect(JSON.stringify(resumed())).toContain('PLANTED');
    expect(JSON.stringify(resumed().outbox)).not.toContain('PLANTED');
  });

  test('gives the same id to what is tried again from the same version', () => {
    expect(idsOf(resumed(seen, new Date('2026-11-24T00:00:00.000Z')))).toEqual(idsOf(resumed()));
  });

  test('gives each notice of one write and of each write an id of its own', () => {
    const two = resumed(resumed());
    const later = resumed({ ...two, version: 8 });

    expect(idsOf(later)).toEqual(['evt_sub_1_8_0', 'evt_sub_1_8_1', 'evt_sub_1_9_0']);
  });

  test('does not raise the version, which whoever writes does', () => {
    expect(resumed().version).toBe(7);
  });

  test('holds twenty, and the oldest change of its owner gives way first', () => {
    let full = resumed();
    full = {
      ...withNotice(full, 'webhook.subscription.changed', { changed: ['url'] } as never, now),
      version: 8,
    };
    for (let version = 9; version < 40; version += 1) full = { ...resumed(full), version };

    expect(full.outbox).toHaveLength(20);
    expect(full.outbox?.map(({ type }) => type)).not.toContain('webhook.subscription.changed');
    expect(idsOf(full).at(-1)).toBe('evt_sub_1_39_0');
    expect(new Set(idsOf(full)).size).toBe(20);
  });

  test('keeps what was not accepted, and is gone when it is empty', () => {
    const two = resumed(resumed());

    expect(idsOf(withoutNotices(two, new Set(['evt_sub_1_8_0'])))).toEqual(['evt_sub_1_8_1']);
    expect(withoutNotices(two, new Set(idsOf(two)))).toEqual(seen);
    expect(idsOf(withoutNotices(two, new Set()))).toEqual(idsOf(two));
  });
});
