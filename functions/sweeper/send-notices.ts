import { describeNotice } from '../../contract/notices.ts';
import type { NoticePublisher } from '../../core/events/notice-publisher.ts';
import { withoutNotices } from '../../core/subscriptions/outbox.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import type { Telemetry } from '../../core/telemetry.ts';

export interface NoticeSendingDeps {
  readonly notices: NoticePublisher;
  readonly subscriptions: SubscriptionWriter;
  readonly telemetry: Telemetry;
}

/** Publishes what an owner has to be told. A crash before it is crossed out publishes it again, with the same id. */
export function createNoticeSending({ notices, subscriptions, telemetry }: NoticeSendingDeps) {
  /** Returns false if nothing was told. */
  return async function sendNotices(subscription: Subscription): Promise<boolean> {
    const { accountId, outbox = [], version } = subscription;
    if (outbox.length === 0) return false;
    const refused = await notices.publishNotices(outbox.map((notice) => describeNotice(notice, accountId)));
    for (const { event, cause } of refused)
      telemetry.error('sweep.failed', { accountId, eventId: event.id, error: cause });
    const refusedIds = new Set(refused.map(({ event }) => event.id));
    const accepted = new Set(outbox.map(({ id }) => id).filter((id) => !refusedIds.has(id)));
    const next = { ...withoutNotices(subscription, accepted), version: version + 1 };
    // If somebody else has written it, the next sweep publishes them again. The dispatcher drops what it knows.
    return accepted.size > 0 && (await subscriptions.replaceSubscription(subscription, next));
  };
}
