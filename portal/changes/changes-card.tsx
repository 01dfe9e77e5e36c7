import '../styles/changes.css';
import { Button } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Time } from '../design/time.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { session } from '../session/session.ts';
import { linkTo } from '../shell/route.ts';
import type { Webhook } from '../webhooks/health.ts';
import { describeActor, describeEntry } from './describe-entry.ts';
import type { Entry } from './entry.ts';
import { useChanges } from './use-changes.ts';

/** Who changed what of a webhook, newest first. */
export function ChangesCard({ webhook }: { readonly webhook: Pick<Webhook, 'id' | 'updatedAt'> }) {
  const { changes: t } = texts();
  const list = useChanges(webhook.id, webhook.updatedAt);
  const entries = list.items.value;
  const hasMore = list.hasMore.value;
  return (
    <section class="card block" aria-label={t.title}>
      <h2>{t.title}</h2>
      <p class="muted">{t.text}</p>
      <FailureNotice failure={list.failure.value} onRetry={list.refresh} />
      {entries ? (
        <ul class="changes">
          {entries.map((entry) => (
            <EntryItem key={JSON.stringify(entry)} entry={entry} />
          ))}
        </ul>
      ) : (
        <Skeleton width="60%" />
      )}
      {entries?.length === 0 && !hasMore ? <p>{t.none}</p> : null}
      {hasMore ? <Button onClick={list.readMore}>{t.more}</Button> : null}
    </section>
  );
}

function EntryItem({ entry }: { readonly entry: Entry }) {
  const { changes: t, events } = texts();
  const { at, action, actor, subscriptionId = '', details = {} } = entry;
  const { deliveryId } = details;
  const own = session.value.kind === 'open' ? session.value.id : undefined;
  return (
    <li>
      <b>{t.actions[action]}</b>
      {describeEntry(entry, t, formats()).map((text) => (
        <span key={text}>{text}</span>
      ))}
      {typeof deliveryId === 'string' ? (
        <a class="link" href={linkTo(['webhooks', subscriptionId, 'deliveries', deliveryId])}>
          {events.showDelivery}
        </a>
      ) : null}
      <span class="second">
        {describeActor(actor, own, t)} · <Time at={at} as="short" />
      </span>
    </li>
  );
}
