import type { ApiFailure } from '../api/problem.ts';
import { readAll } from '../api/read-all.ts';
import { useResource } from '../api/resource.ts';
import { Button } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Field } from '../design/field.tsx';
import { texts } from '../i18n/i18n.ts';
import { api, maySeeSecrets } from '../session/session.ts';
import { hostOf } from '../webhooks/health.ts';

/** What the doctor looks at. */
export interface Patient {
  readonly headers: string;
  readonly body: string;
  /** Pasted here; it does not leave the browser. */
  readonly secret: string;
  /** Whose stored secret is used instead. Empty for the pasted one. */
  readonly webhookId: string;
}

interface DoctorFormProps {
  readonly patient: Patient;
  readonly failure: ApiFailure | undefined;
  readonly onChange: (part: Partial<Patient>) => void;
  readonly onExamine: () => Promise<void>;
}

export function DoctorForm({ patient, failure, onChange, onExamine }: DoctorFormProps) {
  const { doctor: t } = texts();
  const { headers, body } = patient;
  return (
    <div class="card block">
      <Field label={t.headers} hint={t.headersHint}>
        {(id, describedBy) => (
          <textarea
            id={id}
            class="input"
            rows={6}
            spellcheck={false}
            placeholder={'webhook-id: evt_…\nwebhook-timestamp: 1796047092\nwebhook-signature: v1,…'}
            aria-describedby={describedBy}
            value={headers}
            onInput={({ currentTarget }) => onChange({ headers: currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t.body} hint={t.bodyHint}>
        {(id, describedBy) => (
          <textarea
            id={id}
            class="input"
            rows={8}
            spellcheck={false}
            placeholder={'{"id":"evt_…","type":"…"}'}
            aria-describedby={describedBy}
            value={body}
            onInput={({ currentTarget }) => onChange({ body: currentTarget.value })}
          />
        )}
      </Field>
      <SecretFields patient={patient} onChange={onChange} />
      <FailureNotice failure={failure} />
      <Button kind="primary" disabled={!headers.trim() && !body} onClick={onExamine}>
        {t.examine}
      </Button>
    </div>
  );
}

/** The secret that the receiver uses, or a stored one for those who may see it. */
function SecretFields({ patient, onChange }: Pick<DoctorFormProps, 'patient' | 'onChange'>) {
  const { doctor: t } = texts();
  const webhooks = useResource('webhooks', async (signal) =>
    readAll(async (cursor) => (await api('GET /subscriptions', { query: { cursor } }, { signal })).body),
  ).value.value;
  return (
    <>
      {maySeeSecrets.value && webhooks?.length ? (
        <Field label={t.source} hint={patient.webhookId ? t.sourceHint : undefined}>
          {(id, describedBy) => (
            <select
              id={id}
              class="select"
              aria-describedby={describedBy}
              value={patient.webhookId}
              onChange={({ currentTarget }) => onChange({ webhookId: currentTarget.value })}
            >
              <option value="">{t.ownSecret}</option>
              {webhooks.map((webhook) => (
                <option key={webhook.id} value={webhook.id}>
                  {t.secretOf(hostOf(webhook))}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : null}
      {patient.webhookId ? null : (
        <Field label={t.secret} hint={t.secretHint}>
          {(id, describedBy) => (
            <input
              id={id}
              class="input code"
              type="password"
              autocomplete="off"
              spellcheck={false}
              placeholder="whsec_…"
              aria-describedby={describedBy}
              value={patient.secret}
              onInput={({ currentTarget }) => onChange({ secret: currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
