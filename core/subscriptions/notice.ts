import type {
  OperationalEvent,
  OperationalEventData,
  OperationalEventType,
} from '../events/operational-events.ts';

export type NoticeType = Exclude<OperationalEventType, 'webhook.event.unprocessable'>;

/**
 * What the owner of a subscription has to be told. It stands in the subscription until the event bus has accepted it, so
 * it is as sure as the change that it tells of. What it says in words is added when it is published.
 */
export type Notice<Type extends NoticeType = NoticeType> = {
  readonly [One in Type]: Omit<OperationalEvent<One>, 'accountId' | 'data'> & {
    readonly data: NoticeData<One>;
  };
}[Type];

export type NoticeData<Type extends NoticeType> = Omit<OperationalEventData<Type>, 'explanation'>;
