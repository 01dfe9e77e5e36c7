import { describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '../../../scripts/redrive/dead-letter.ts';
import { eventReasons, exhaustionReasons, explainReason } from '../../../scripts/redrive/reasons.ts';
import { summarize, summaryLines } from '../../../scripts/redrive/summary.ts';

function sight(reasons: readonly string[], unseen = { visible: 0, hidden: 0 }) {
  const letters = reasons.map(
    (reason, index): DeadLetter => ({
      queue: 'unrouted',
      messageId: String(index),
      reason,
      fields: [],
      sentAt: '2026-11-23T16:55:00.000Z',
      receiveCount: 1,
    }),
  );
  return { queueName: 'unrouted', letters, unseen };
}

describe('a summary', () => {
  test.each([
    ['nothing', sight([]), ['unrouted: 0 messages']],
    ['one message', sight(['a']), ['unrouted: 1 message', '        1  a']],
    ['several reasons', sight(['a', 'b', 'a']), ['unrouted: 3 messages', '        2  a', '        1  b']],
    [
      'a reason that a terminal would obey',
      sight(['\u001b[2J']),
      ['unrouted: 1 message', String.raw`        1  \u{1b}[2J`],
    ],
  ])('counts %s by reason', (_, seen, lines) => {
    expect(summaryLines(seen, false)).toEqual(lines);
  });

  test('adds what became of them', () => {
    expect(summaryLines(sight(['a']), false, '1 redriven')[0]).toBe('unrouted: 1 message, 1 redriven');
  });

  test.each([
    ['others hide some', { visible: 0, hidden: 2 }, /^ {2}About 2 more are hidden/],
    ['some were not read', { visible: 3, hidden: 0 }, /^ {2}About 3 more were not read/],
  ])('is a lower bound if %s, and says so', (_, unseen, line) => {
    const lines = summaryLines(sight(['a'], unseen), false);

    expect(lines[0]).toBe('unrouted: at least 1 message');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(line);
    expect(summarize(sight(['a'], unseen), false)).toMatchObject({ count: 1, isAtLeast: true, unseen });
  });

  test('is a lower bound if the run was stopped', () => {
    expect(summaryLines(sight(['a']), true)[0]).toBe('unrouted: at least 1 message');
    expect(summarize(sight(['a']), true).isAtLeast).toBe(true);
    expect(summarize(sight(['a']), false).isAtLeast).toBe(false);
  });
});

describe('a reason', () => {
  test.each(Object.entries({ ...eventReasons, ...exhaustionReasons }))('is explained: %s', (reason, text) => {
    expect(explainReason(reason)).toBe(text);
  });

  test.each(['NO_PERMISSIONS', 'constructor', ''])(
    'that is none of ours is EventBridge’s: "%s"',
    (reason) => {
      expect(explainReason(reason).meaning).toContain('EventBridge');
    },
  );
});
