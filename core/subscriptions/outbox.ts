import { maskPath } from './callback-url.ts';
import type { Notice, NoticeData, NoticeType } from './notice.ts';
import type { Subscription } from './subscription.ts';

/** With more than this, only the latest of a kind is kept. */
const maxWaiting = 20;

/**
 * The subscription with one more notice. Its id follows from the version that is about to be written, so it stays the same
 * however often it is published. Call this before the version is raised.
 */
export function withNotice<Type extends NoticeType>(
  subscription: Subscription,
  type: Type,
  data: Omit<NoticeData<Type>, 'subscription'>,
  now: Date,
): Subscription {
  const { id, version, url, description, outbox = [] } = subscription;
  const about = { id, url: maskPath(url), description };
  const stem = `evt_${id}_${version + 1}_`;
  const notice = {
    id: `${stem}${outbox.filter((one) => one.id.startsWith(stem)).length}`,
    type,
    occurredAt: now.toISOString(),
    data: { subscription: about, ...data },
  } as unknown as Notice;
  return { ...subscription, outbox: append(outbox, notice) };
}

/** However often a subscription is changed: nothing that its owner has to know gets lost, and the item stays small. */
function append(outbox: readonly Notice[], notice: Notice): readonly Notice[] {
  const before = outbox.findIndex(({ type }) => type === notice.type);
  const earlier = outbox[before];
  if (notice.type === 'webhook.subscription.changed' && earlier?.type === notice.type)
    return [...outbox.toSpliced(before, 1), merge(earlier, notice)];
  // One of each kind tells what is so now.
  const isFull = outbox.length >= maxWaiting && earlier !== undefined;
  return [...(isFull ? outbox.toSpliced(before, 1) : outbox), notice];
}

type Change = Notice<'webhook.subscription.changed'>;

/** From the first origin to the last. */
function merge(earlier: Change, later: Change): Change {
  const { from = later.data.from } = earlier.data;
  const { to = earlier.data.to } = later.data;
  return {
    ...later,
    data: {
      ...later.data,
      fields: [...new Set([...earlier.data.fields, ...later.data.fields])],
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  };
}

/** The subscription after these notices were accepted. */
export function withoutNotices(subscription: Subscription, accepted: ReadonlySet<string>): Subscription {
  const { outbox = [], ...others } = subscription;
  const waiting = outbox.filter(({ id }) => !accepted.has(id));
  return waiting.length > 0 ? { ...others, outbox: waiting } : others;
}
