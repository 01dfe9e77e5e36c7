import { LinkButton } from '../design/button.tsx';
import { PlusIcon, WebhookIcon } from '../design/icons.tsx';
import { texts } from '../i18n/i18n.ts';
import { mayManage } from '../session/session.ts';
import { linkTo } from '../shell/route.ts';

/** When a webhook is worth having, and when it is not. */
export function EmptyList() {
  const { webhooks: t } = texts();
  return (
    <div class="card empty">
      <span class="empty-icon">
        <WebhookIcon />
      </span>
      <h2>{t.empty.title}</h2>
      <p class="muted">
        {t.empty.worth} {t.empty.enough}
      </p>
      {mayManage.value ? (
        <LinkButton kind="primary" href={linkTo(['webhooks', 'new'])}>
          <PlusIcon />
          {t.add}
        </LinkButton>
      ) : null}
    </div>
  );
}
