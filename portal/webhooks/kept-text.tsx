import { formats, texts } from '../i18n/i18n.ts';
import { now } from '../shell/clock.ts';
import type { WebhookDetail } from './health.ts';

/** How many deliveries are kept, and since when. Nothing if there are none. */
export function KeptText({ parked: { count, isMore, oldestAt } }: Pick<WebhookDetail, 'parked'>) {
  if (count === 0) return null;
  const { webhook: t } = texts();
  const oldest = oldestAt && formats().shortTime(new Date(oldestAt), now.value);
  return (
    <>
      {t.kept(count, isMore)} {oldest ? t.oldestFrom(oldest) : null}
    </>
  );
}
