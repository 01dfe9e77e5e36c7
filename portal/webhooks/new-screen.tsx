import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { RouteAnswer } from '../api/route-shapes.ts';
import { LinkButton } from '../design/button.tsx';
import { texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';
import { linkTo } from '../shell/route.ts';
import { useTitle } from '../shell/title.ts';
import { Created } from './created.tsx';
import { type Draft, emptyDraft, toNewWebhook } from './draft.ts';
import { WebhookForm } from './webhook-form.tsx';

/** Adds a webhook, then shows its secret and lets its owner try it. */
export function NewScreen() {
  const { form: t, webhooks, common } = texts();
  useTitle(webhooks.add);
  const draft = useSignal<Draft>(emptyDraft);
  const created = useSignal<RouteAnswer<'POST /subscriptions'> | undefined>(undefined);
  // A repeated click, after an answer that was lost, must not create a second one.
  const idempotencyKey = useMemo(() => crypto.randomUUID(), [draft.value]);
  const submit = async () => {
    const body = toNewWebhook(draft.value);
    created.value = (await api('POST /subscriptions', { body }, { idempotencyKey })).body;
  };
  if (created.value) return <Created webhook={created.value} />;
  return (
    <>
      <div class="top">
        <div class="grow">
          <div class="crumbs">
            <a href={linkTo([])}>{webhooks.title}</a>
            <span aria-hidden="true">/</span>
            <h1>{webhooks.add}</h1>
          </div>
        </div>
      </div>
      <WebhookForm
        draft={draft.value}
        onChange={(part) => {
          draft.value = { ...draft.value, ...part };
        }}
        submitLabel={t.create}
        onSubmit={submit}
        actions={
          <LinkButton kind="quiet" href={linkTo([])}>
            {common.cancel}
          </LinkButton>
        }
      />
    </>
  );
}
