import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuditLog } from '../../adapters/dynamo-audit-log.ts';
import type { AuditEntry } from '../../core/accounts/audit.ts';
import { uniqueId } from '../support/builders.ts';
import { startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let log: ReturnType<typeof createAuditLog>;
beforeAll(async () => {
  engine = await startTable();
  log = createAuditLog(engine.table);
});
afterAll(() => engine.close());

function entry(overrides: Partial<AuditEntry> = {}): AuditEntry {
  return {
    accountId: 'acc_1',
    at: '2026-11-23T17:00:00.000Z',
    action: 'secret.revealed',
    actor: { kind: 'api-key', id: 'key_1' },
    requestId: uniqueId('request'),
    sourceIp: '192.0.2.1',
    ...overrides,
  };
}

test('an account sees its own entries, the newest first, page by page', async () => {
  const accountId = uniqueId('acc');
  const [first, second, third] = ['17:00', '17:01', '17:02'].map((time) =>
    entry({ accountId, at: `2026-11-23T${time}:00.000Z` }),
  );
  for (const one of [second, third, first, entry({ accountId: uniqueId('acc') })])
    if (one) await log.recordAudit(one);

  const page = await log.listAudit(accountId, {}, 2);
  expect(page.entries).toEqual([third, second]);
  expect(page.next).toBeDefined();
  expect(await log.listAudit(accountId, {}, 2, page.next)).toMatchObject({ entries: [first] });
  expect(await log.listAudit(accountId, {}, 4)).toEqual({ entries: [third, second, first], next: undefined });
});

test('an account sees the entries of one subscription, also if others lie in between', async () => {
  const accountId = uniqueId('acc');
  const entries = Array.from({ length: 250 }, (_, index) =>
    entry({
      accountId,
      at: new Date(Date.UTC(2026, 10, 23, 17, 0, index)).toISOString(),
      ...(index % 2 === 0 ? {} : { subscriptionId: index % 100 === 1 ? 'sub_seldom' : 'sub_often' }),
    }),
  );
  for (const one of entries) await log.recordAudit(one);
  const seldom = entries.filter(({ subscriptionId }) => subscriptionId === 'sub_seldom').toReversed();

  const page = await log.listAudit(accountId, { subscriptionId: 'sub_seldom' }, 2);
  expect(page.entries).toEqual(seldom.slice(0, 2));
  expect(await log.listAudit(accountId, { subscriptionId: 'sub_seldom' }, 2, page.next)).toEqual({
    entries: seldom.slice(2),
    next: undefined,
  });
  expect(await log.listAudit(accountId, { subscriptionId: 'sub_of_nobody' }, 2)).toEqual({
    entries: [],
    next: undefined,
  });
});

test('entries of one moment are kept side by side, by request and by action', async () => {
  const accountId = uniqueId('acc');
  const entries = [
    entry({ accountId, requestId: 'a', action: 'secret.revealed' }),
    entry({ accountId, requestId: 'a', action: 'secret.rotated' }),
    entry({ accountId, requestId: 'b', action: 'secret.revealed' }),
  ];
  for (const one of entries) await log.recordAudit(one);

  expect((await log.listAudit(accountId, {}, 10)).entries).toEqual(entries.toReversed());
});
