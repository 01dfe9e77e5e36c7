import { maskPath } from './callback-url.ts';
import type { Notice, NoticeData, NoticeType } from './notice.ts';
import type { Subscription } from './subscription.ts';

/**
 * More than this cannot be waiting, unless somebody changes a subscription all the time. Then the oldest of these changes
 * gives way.
 */
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
  return { ...subscription, outbox: [...makeRoom(outbox), notice] };
}

function makeRoom(outbox: readonly Notice[]): readonly Notice[] {
  if (outbox.length < maxWaiting) return outbox;
  const change = outbox.findIndex(({ type }) => type === 'webhook.subscription.changed');
  return outbox.toSpliced(Math.max(change, 0), 1);
}

/** The subscription after these notices were accepted. */
export function withoutNotices(subscription: Subscription, accepted: ReadonlySet<string>): Subscription {
  const { outbox = [], ...others } = subscription;
  const waiting = outbox.filter(({ id }) => !accepted.has(id));
  return waiting.length > 0 ? { ...others, outbox: waiting } : others;
}
