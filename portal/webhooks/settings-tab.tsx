import '../styles/forms.css';
import { useSignal } from '@preact/signals';
import { ChangesCard } from '../changes/changes-card.tsx';
import { announce } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { formats, texts } from '../i18n/i18n.ts';
import { api, mayManage } from '../session/session.ts';
import { type Draft, draftOf, rebaseDraft, savedDraft, toPatch } from './draft.ts';
import type { HealthState, Webhook, WebhookDetail } from './health.ts';
import { LifeBlock } from './life-block.tsx';
import { SecretBlock } from './secret-block.tsx';
import { WebhookForm } from './webhook-form.tsx';

interface SettingsTabProps {
  readonly webhook: WebhookDetail;
  readonly state: HealthState;
  readonly etag: string | undefined;
  readonly onChanged: () => Promise<void>;
}

export function SettingsTab({ webhook, state, etag, onChanged }: SettingsTabProps) {
  return (
    <div class="blocks">
      <div class="card block">
        {mayManage.value ? (
          <EditForm webhook={webhook} etag={etag} onChanged={onChanged} />
        ) : (
          <ReadOnly webhook={webhook} />
        )}
      </div>
      <div class="blocks-side">
        <LifeBlock webhook={webhook} state={state} onChanged={onChanged} />
        <SecretBlock id={webhook.id} />
      </div>
      <ChangesCard webhook={webhook} />
    </div>
  );
}

/** While somebody edits, what they began with stays, even if the webhook is read again meanwhile. */
function EditForm({ webhook, etag, onChanged }: Omit<SettingsTabProps, 'state'>) {
  const { form: t } = texts();
  const begun = useSignal<{ readonly webhook: Webhook; readonly etag: string | undefined }>({
    webhook,
    etag,
  });
  const draft = useSignal<Draft>(draftOf(webhook));
  const dropped = useSignal<readonly string[]>([]);
  const patch = toPatch(draft.value, begun.value.webhook);
  const isUnchanged = Object.keys(patch).length === 0;
  const save = async () => {
    const sent = draft.value;
    const ifMatch = begun.value.etag;
    const answer = await api(
      'PATCH /subscriptions/{id}',
      { path: { id: webhook.id }, body: patch },
      { ifMatch },
    ).catch(async (error: unknown) => {
      // What was typed stays; saved once more, it changes what is there now.
      const now = await api('GET /subscriptions/{id}', { path: { id: webhook.id } });
      draft.value = rebaseDraft(draft.value, begun.value.webhook, now.body);
      begun.value = { webhook: now.body, etag: now.etag };
      throw error;
    });
    begun.value = { webhook: answer.body, etag: answer.etag };
    draft.value = savedDraft(sent, draft.value, answer.body);
    dropped.value = answer.body.droppedHeaders ?? [];
    announce(t.saved);
    await onChanged();
  };
  return (
    <>
      {dropped.value.length > 0 ? (
        <Notice tone="warn">{t.droppedHeaders(formats().list(dropped.value))}</Notice>
      ) : null}
      <WebhookForm
        draft={draft.value}
        onChange={(part) => {
          draft.value = { ...draft.value, ...part };
        }}
        submitLabel={t.save}
        isUnchanged={isUnchanged}
        onSubmit={save}
        actions={
          isUnchanged ? null : (
            <Button
              kind="quiet"
              onClick={() => {
                begun.value = { webhook, etag };
                draft.value = draftOf(webhook);
              }}
            >
              {t.discard}
            </Button>
          )
        }
      />
    </>
  );
}

function ReadOnly({ webhook }: { readonly webhook: Webhook }) {
  const { form: t } = texts();
  return (
    <dl class="facts">
      <dt>{t.url}</dt>
      <dd class="mono">{webhook.url}</dd>
      <dt>{t.events}</dt>
      <dd class="tags">
        {webhook.eventTypes.map((type) => (
          <span key={type} class="tag">
            {type}
          </span>
        ))}
      </dd>
      <dt>{t.headers}</dt>
      <dd class="mono">{Object.keys(webhook.headers).join(', ') || '–'}</dd>
    </dl>
  );
}
