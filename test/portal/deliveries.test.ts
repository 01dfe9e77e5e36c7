import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countReasons } from '../../portal/charts/reasons.ts';
import { niceMax, ticksOf } from '../../portal/charts/scale.ts';
import { toCurl } from '../../portal/deliveries/curl.ts';
import { type Delivery, mergeDeliveries, needsResend } from '../../portal/deliveries/delivery.ts';
import { countNewAbove, windowOf } from '../../portal/design/window-of.ts';

const base: Delivery = {
  id: 'dlv_1',
  subscriptionId: 'sub_1',
  eventId: 'evt_1',
  eventType: 'some.type',
  acceptedAt: '2026-11-30T12:00:00.000Z',
  status: 'waiting',
  attemptCount: 1,
  updatedAt: '2026-11-30T12:00:00.000Z',
  sentences: [],
};
const at = (second: number, more: Partial<Delivery> = {}): Delivery => ({
  ...base,
  id: `dlv_${second}`,
  acceptedAt: `2026-11-30T12:00:${String(second).padStart(2, '0')}.000Z`,
  ...more,
});

describe('the list of deliveries', () => {
  test('a delivery that was read again takes the place of what was known of it', () => {
    const merged = mergeDeliveries([at(2), at(1)], [at(2, { status: 'delivered' })]);
    expect(merged.map(({ id, status }) => [id, status])).toEqual([
      ['dlv_2', 'delivered'],
      ['dlv_1', 'waiting'],
    ]);
  });

  test('the newest stands first, whatever page it came from', () => {
    expect(mergeDeliveries([at(1), at(5)], [at(3)]).map(({ id }) => id)).toEqual(['dlv_5', 'dlv_3', 'dlv_1']);
  });

  test('it has moved down by as many rows as are new above', () => {
    expect(countNewAbove([at(1)], [at(3), at(2), at(1)])).toBe(2);
    expect(countNewAbove([], [at(1)])).toBe(0);
    expect(countNewAbove([at(1)], [])).toBe(0);
  });
});

test("iOmniHub's own questions are not sent again", () => {
  expect(needsResend(at(1, { status: 'failed' }))).toBe(true);
  expect(needsResend(at(1, { status: 'failed', eventType: 'webhook.verify' }))).toBe(false);
  expect(needsResend(at(1, { status: 'delivered' }))).toBe(false);
});

describe('the window of a long list', () => {
  test('covers what is in sight, and its spacers keep the height of the whole list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 0, max: 1_500_000 }),
        fc.integer({ min: 1, max: 2_000 }),
        (count, scrollTop, viewHeight) => {
          const rowHeight = 60;
          const { first, end, before, after } = windowOf({ count, rowHeight, scrollTop, viewHeight });
          expect(before + (end - first) * rowHeight + after).toBe(count * rowHeight);
          const furthest = Math.max(0, count * rowHeight - viewHeight);
          const top = Math.min(scrollTop, furthest);
          expect(first * rowHeight).toBeLessThanOrEqual(top);
          expect(end * rowHeight).toBeGreaterThanOrEqual(Math.min(count * rowHeight, top + viewHeight));
        },
      ),
    );
  });

  test('renders few rows of ten thousand', () => {
    const { first, end } = windowOf({ count: 10_000, rowHeight: 60, scrollTop: 300_000, viewHeight: 700 });
    expect(end - first).toBeLessThan(40);
  });
});

describe('the callback as a curl command', () => {
  const headers = {
    'content-type': 'application/json',
    'webhook-signature': '********',
    'x-api-token': '********',
  };

  test('leaves out what is secret', () => {
    const command = toCurl('https://crm.example.com/hooks', headers, '{}');
    expect(command).toContain("-H 'content-type: application/json'");
    expect(command).not.toContain('webhook-signature');
    expect(command).not.toContain('x-api-token');
  });

  test('hands any body to curl as it is, whatever a shell would make of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        // An argument of a program cannot hold it.
        const body = text.replaceAll('\0', '');
        const command = toCurl('https://crm.example.com/hooks', {}, body);
        const script = command.replace(
          /^curl/,
          'printf "%s\\n" CURL; last() { printf "%s" "${@: -1}"; }; last',
        );
        const output = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
        expect(output).toBe(`CURL\n${body}`);
      }),
      { numRuns: 20 },
    );
  });
});

describe('charts', () => {
  test('reasons are counted, the most frequent one first, without what has only not been tried yet', () => {
    const reasons = countReasons([
      at(1, { status: 'waiting', attemptCount: 0 }),
      at(2, { status: 'waiting', responseStatus: 500 }),
      at(3, { status: 'failed', reason: 'status', responseStatus: 500 }),
      at(4, { status: 'failed', reason: 'timeout' }),
      at(5, { status: 'delivered' }),
    ]);
    expect(reasons).toEqual([
      { reason: 'status', status: 500, count: 2 },
      { reason: 'timeout', status: undefined, count: 1 },
    ]);
  });

  test('the top of an axis is never below its highest value, and not far above', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (highest) => {
        expect(niceMax(highest)).toBeGreaterThanOrEqual(highest);
        expect(niceMax(highest)).toBeLessThanOrEqual(Math.max(4, highest * 1.51));
      }),
    );
  });

  test('an axis has at most as many labels as fit', () => {
    expect(ticksOf(24, 6)).toEqual([0, 4, 8, 12, 16, 20]);
    expect(ticksOf(0, 6)).toEqual([]);
  });
});
