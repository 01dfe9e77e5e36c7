import { LinkButton } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { texts } from '../i18n/i18n.ts';
import { linkTo } from '../shell/route.ts';
import { explainHealth, groupOf, hostOf } from './health.ts';
import type { WebhookRow } from './webhook-table.tsx';

/** What needs its owner, before everything else. */
export function Attention({ rows }: { readonly rows: readonly WebhookRow[] }) {
  const { webhooks: t } = texts();
  const failing = rows.filter(({ state }) => groupOf[state] === 'failing');
  const [first] = failing;
  if (!first) return null;
  return (
    <Notice
      tone="warn"
      title={failing.length === 1 ? t.attention(hostOf(first.webhook)) : t.attentionMany(failing.length)}
      actions={
        failing.length === 1 && (
          <LinkButton small href={linkTo(['webhooks', first.webhook.id])}>
            {t.seeWhy}
          </LinkButton>
        )
      }
    >
      {failing.length === 1
        ? explainHealth(first.webhook, first.state)
        : failing.map(({ webhook }) => hostOf(webhook)).join(', ')}
    </Notice>
  );
}
