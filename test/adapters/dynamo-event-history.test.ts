import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEventHistory } from '../../adapters/dynamo-event-history.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { feedKey } from '../../adapters/dynamo-keys.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { publishedEvent } from '../support/builders.ts';
import { startTable, type TableEngine } from '../support/engines.ts';

const [{ type: common }, { type: rare }] = eventCatalog;
const accountId = 'acc_1';

let engine: TableEngine;
beforeAll(async () => {
  engine = await startTable();
});
afterAll(() => engine.close());

/** Ids whose events are listed in that part of the account's list. */
function* idsInPart(part: string): Generator<string, never> {
  for (let count = 0; ; count += 1) {
    const id = `evt_${part.at(-1)}_${count}`;
    if (feedKey(accountId, id, '').feed === part) yield id;
  }
}

test('events that hardly fit a filter come newest first, each once, whichever part of the list they are in', async () => {
  const [one, other] = ['A#acc_1#F#0', 'A#acc_1#F#1'].map(idsInPart);
  const log = createEventLog(engine.table);
  let second = 0;
  async function record(ids: Generator<string, never> | undefined, type: string): Promise<string> {
    second += 1;
    const id = ids?.next().value ?? '';
    const event = publishedEvent({ type, detail: { id, accountId } });
    await log.recordEvent(event, [], new Date(Date.UTC(2026, 10, 26) + second * 1_000));
    return id;
  }
  const oldest = await record(other, rare);
  const newer = await record(one, rare);
  // More than one request reads of a part.
  for (let count = 0; count < 1_050; count += 1) await record(one, common);

  const { listEvents } = createEventHistory(engine.table);
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof listEvents>> = await listEvents(
      accountId,
      { eventTypes: [rare] },
      2,
      after,
    );
    seen.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);

  expect(seen).toEqual([newer, oldest]);
});

test('the pages of a list hold every event once, newest first, whatever their size, and end with the oldest', async () => {
  const account = 'acc_pages';
  const log = createEventLog(engine.table);
  const recorded: string[] = [];
  for (let count = 0; count < 13; count += 1) {
    const id = `evt_${String(count).padStart(2, '0')}`;
    // Two or three at a time.
    const at = new Date(Date.UTC(2026, 10, 26) + Math.floor(count / 2.5) * 1_000);
    await log.recordEvent(publishedEvent({ detail: { id, accountId: account } }), [], at);
    recorded.unshift(id);
  }
  const { listEvents } = createEventHistory(engine.table);

  for (const limit of [1, 2, 4, 12, 13, 100]) {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page: Awaited<ReturnType<typeof listEvents>> = await listEvents(account, {}, limit, after);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect([limit, seen]).toEqual([limit, recorded]);
  }
});
