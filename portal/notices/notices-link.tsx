import { BellIcon } from '../design/icons.tsx';
import { texts } from '../i18n/i18n.ts';
import { linkTo } from '../shell/route.ts';
import { countUnseen } from './seen.ts';
import { useLatestNotices } from './use-notices.ts';

/** Leads to the notices, and says how many are new in this browser. */
export function NoticesLink({ accountId, isHere }: { readonly accountId: string; readonly isHere: boolean }) {
  const { shell: t } = texts();
  const unseen = countUnseen(accountId, useLatestNotices().value.value ?? []);
  const label = t.noticesNew(unseen);
  return (
    <a
      class="bell"
      href={linkTo(['notices'])}
      aria-label={label}
      title={label}
      aria-current={isHere ? 'page' : undefined}
    >
      <BellIcon />
      {unseen > 0 ? <span class="bell-count num">{unseen}</span> : null}
    </a>
  );
}
