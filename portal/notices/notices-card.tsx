import '../styles/changes.css';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Time } from '../design/time.tsx';
import { texts } from '../i18n/i18n.ts';
import { writeTime } from '../i18n/say.ts';
import { linkTo } from '../shell/route.ts';
import { hostOf } from '../webhooks/health.ts';
import type { Notice } from './notice.ts';
import { sayNotice } from './say-notice.ts';
import { useNotices } from './use-notices.ts';

interface NoticesCardProps {
  /** Those about this webhook alone. */
  readonly about?: string;
  readonly title: string;
}

/** What iOmniHub tells the owner of webhooks, newest first. */
export function NoticesCard({ about, title }: NoticesCardProps) {
  const { notices: t } = texts();
  const list = useNotices();
  const notices = list.value.value?.filter(({ told }) => about === undefined || idOf(told) === about);
  return (
    <section class="card block" aria-label={title}>
      <h2>{title}</h2>
      <FailureNotice failure={list.failure.value} onRetry={list.refresh} />
      {notices ? (
        <ul class="changes">
          {notices.map((notice) => (
            <NoticeItem key={notice.event.id} notice={notice} isAboutAny={about === undefined} />
          ))}
        </ul>
      ) : (
        <Skeleton width="60%" />
      )}
      {notices?.length === 0 ? <p class="muted">{t.none}</p> : null}
    </section>
  );
}

function NoticeItem({ notice, isAboutAny }: { readonly notice: Notice; readonly isAboutAny: boolean }) {
  const { notices: t } = texts();
  const { event, told } = notice;
  const subscription = 'subscription' in told.data ? told.data.subscription : undefined;
  return (
    <li>
      <b>{t.titles[told.type] ?? told.type}</b>
      <span>{sayNotice(told, texts(), writeTime)}</span>
      <span class="second">
        {isAboutAny && subscription ? (
          <>
            <a class="link" href={linkTo(['webhooks', subscription.id])}>
              {hostOf(subscription)}
            </a>{' '}
            ·{' '}
          </>
        ) : null}
        <Time at={event.acceptedAt} as="short" /> ·{' '}
        <a class="link" href={linkTo(['events', event.id])}>
          {t.showEvent}
        </a>
      </span>
    </li>
  );
}

function idOf({ data }: Notice['told']): string | undefined {
  return 'subscription' in data ? data.subscription.id : undefined;
}
