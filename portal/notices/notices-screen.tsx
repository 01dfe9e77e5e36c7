import '../styles/forms.css';
import { useEffect } from 'preact/hooks';
import { texts } from '../i18n/i18n.ts';
import { useTitle } from '../shell/title.ts';
import { NoticesCard } from './notices-card.tsx';
import { markSeen } from './seen.ts';
import { useLatestNotices } from './use-notices.ts';

/** The latest notices about all webhooks. Who has opened it has seen them. */
export function NoticesScreen({ accountId }: { readonly accountId: string }) {
  const { notices: t } = texts();
  useTitle(t.title);
  const latest = useLatestNotices().value.value;
  useEffect(() => {
    if (latest) markSeen(accountId, latest);
  }, [latest]);
  return (
    <>
      <div class="top">
        <div class="grow">
          <h1>{t.title}</h1>
          <p class="muted">{t.subtitle}</p>
        </div>
      </div>
      <NoticesCard title={t.latest} />
    </>
  );
}
