import type { OperationalEvent } from '../core/events/operational-events.ts';
import type { FailureReason } from '../core/receivers/delivery-outcome.ts';
import type { Notice, NoticeType } from '../core/subscriptions/notice.ts';
import { sayFailure } from './failure-explanations.ts';
import { type Sentence, say, textOf } from './sentences.ts';

/** The event that tells an owner of a notice. It follows from the notice alone, so it is the same whenever it is published. */
export function describeNotice(notice: Notice, accountId: string): OperationalEvent {
  const explanation = textOf(sayNotice(notice));
  return { ...notice, accountId, data: { ...notice.data, explanation } } as OperationalEvent;
}

type Sayings = { readonly [Type in NoticeType]: (data: Notice<Type>['data']) => Sentence[] };

const sayings: Sayings = {
  'webhook.subscription.failing': ({ since, lastFailure }) => [
    say('notice.failing', { since }),
    ...sayLast(lastFailure),
  ],
  'webhook.subscription.disabling': ({ since, disablesAt: at, lastFailure }) => [
    say('notice.disabling', { since, at }),
    ...sayLast(lastFailure),
  ],
  'webhook.subscription.disabled': ({ reason, keptUntil: at }) =>
    reason === 'owner'
      ? [say('notice.disabled-by-owner')]
      : [say(`health.disabled-${reason}`), ...(at === undefined ? [] : [say('health.kept', { at })])],
  'webhook.subscription.recovered': ({ since }) => [say('notice.recovered', { since })],
  'webhook.subscription.paused': ({ until: at }) => [say('notice.paused', { at })],
  'webhook.subscription.resumed': () => [say('notice.resumed')],
  'webhook.subscription.secret-rotated': ({ overlapEndsAt: at }) => [say('notice.secret-rotated', { at })],
  'webhook.subscription.changed': ({ fields, from, to }) => [
    say('notice.changed', { fields: fields.join(', ') }),
    ...(from !== undefined && to !== undefined ? [say('notice.moved', { from, to })] : []),
  ],
  'webhook.delivery.exhausted': ({ count, since }) => [say('notice.exhausted', { count, since })],
};

function sayNotice({ type, data }: Notice): Sentence[] {
  return (sayings[type] as (data: Notice['data']) => Sentence[])(data);
}

/** The schema of the event takes any reason, as later versions may have others. These come from a failure. */
function sayLast({
  reason,
  status,
}: {
  readonly reason: string;
  readonly status?: number | undefined;
}): Sentence[] {
  return sayFailure(reason as FailureReason, status);
}
