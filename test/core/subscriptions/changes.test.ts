import { expect, test } from '@jest/globals';
import { changesBetween } from '../../../core/subscriptions/changes.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { subscription } from '../../support/builders.ts';

const [early, late] = ['2026-11-23T17:00:00.000Z', '2026-11-23T18:00:00.000Z'];
const breaker = (openings: number): Partial<Subscription> => ({
  receiver: { breaker: { state: 'open', openedAt: early, openings, until: late } },
});
const probing: Partial<Subscription> = {
  receiver: { breaker: { state: 'probing', openedAt: early, openings: 1, until: late, probe: 'prb_1' } },
};
const pause = (until: string) => ({
  pause: { since: early, until, by: { kind: 'backend', id: 'arn' } } as const,
});
const drain = (since: string, perSecond = 0) => ({ drain: { since, nextAt: since, perSecond } });
const throttled = (throttledUntil: string) => ({ receiver: { throttledUntil } });

test.each<[Partial<Subscription>, Partial<Subscription>, string[]]>([
  [{}, {}, []],
  [{}, { description: 'new' }, []],
  [{}, breaker(1), ['breaker-opened']],
  [breaker(1), probing, []],
  [probing, breaker(2), ['breaker-reopened']],
  [breaker(3), { receiver: {}, ...drain(late) }, ['breaker-closed', 'drain-began']],
  [{}, throttled(late), ['throttled']],
  [throttled(early), throttled(late), ['throttled']],
  [throttled(late), throttled(late), []],
  [{}, pause(late), ['paused']],
  [pause(early), pause(late), ['paused']],
  [pause(late), { ...drain(late) }, ['resumed', 'drain-began']],
  [{}, { status: 'disabled' }, ['disabled']],
  [{ status: 'disabled' }, { status: 'enabled' }, ['enabled']],
  [{ status: 'pending' }, { status: 'enabled' }, []],
  [drain(early), drain(early, 2), []],
  [drain(early), drain(late), ['drain-began']],
  [drain(early), {}, ['drain-ended']],
])('from %j to %j: %j', (seen, next, changes) => {
  expect(changesBetween(subscription(seen), subscription(next))).toEqual(changes);
});
