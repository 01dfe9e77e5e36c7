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

  const by = { kind: 'api-key', id: 'key_1' } as const;
  const change = (of: typeof seen, data: { fields: string[]; from?: string; to?: string }) =>
    withNotice(of, 'webhook.subscription.changed', { ...data, actor: by }, now);

  test('holds one notice of all changes by its owner, from the first origin to the last', () => {
    let changed = change(seen, { fields: ['url'], from: 'https://a.example', to: 'https://b.example' });
    for (let version = 8; version < 40; version += 1)
      changed = change({ ...changed, version }, { fields: ['description'] });
    changed = change(
      { ...changed, version: 40 },
      { fields: ['url', 'timeoutMs'], from: 'https://b.example', to: 'https://c.example' },
    );

    expect(changed.outbox).toMatchObject([
      {
        id: 'evt_sub_1_41_0',
        data: {
          fields: ['url', 'description', 'timeoutMs'],
          from: 'https://a.example',
          to: 'https://c.example',
        },
      },
    ]);
  });

  test('holds twenty, and then only the latest of a kind: what happened once is never pushed out', () => {
    let full = withNotice(seen, 'webhook.subscription.disabled', { reason: 'gone' }, now);
    full = { ...change(full, { fields: ['url'] }), version: 8 };
    for (let version = 9; version < 40; version += 1) full = { ...resumed(full), version };

    expect(full.outbox).toHaveLength(20);
    expect(full.outbox?.slice(0, 3).map(({ type }) => type)).toEqual([
      'webhook.subscription.disabled',
      'webhook.subscription.changed',
      'webhook.subscription.resumed',
    ]);
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
