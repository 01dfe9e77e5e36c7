import '../styles/forms.css';
import '../styles/doctor.css';
import { useSignal } from '@preact/signals';
import type { Diagnosis } from '../../client/receiver/diagnose-signature.ts';
import { diagnoseSignature } from '../../client/receiver/diagnose-signature.ts';
import { ApiFailure } from '../api/problem.ts';
import { readAll } from '../api/read-all.ts';
import { useResource } from '../api/resource.ts';
import { Button } from '../design/button.tsx';
import { FailureNotice } from '../design/failure-notice.tsx';
import { Field } from '../design/field.tsx';
import { texts } from '../i18n/i18n.ts';
import { api, maySeeSecrets } from '../session/session.ts';
import { useTitle } from '../shell/title.ts';
import { hostOf } from '../webhooks/health.ts';
import { DiagnosisCard } from './diagnosis-card.tsx';
import { knownSecretsOf } from './known-secrets.ts';

/** `own`: a secret that is pasted here, and never leaves the browser. Otherwise the id of a webhook. */
const own = '';

/** Says why a receiver refuses a callback. Everything is computed in the browser. */
export function DoctorScreen() {
  const { doctor: t } = texts();
  useTitle(t.title);
  const headers = useSignal('');
  const body = useSignal('');
  const secret = useSignal('');
  const source = useSignal(own);
  const diagnosis = useSignal<Diagnosis | undefined>(undefined);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const webhooks = useResource('webhooks', async (signal) =>
    readAll(async (cursor) => (await api('GET /subscriptions', { query: { cursor } }, { signal })).body),
  ).value.value;

  const examine = async () => {
    failure.value = undefined;
    try {
      const known = source.value === own ? [] : await readSecrets(source.value);
      const [current] = known;
      diagnosis.value = diagnoseSignature(
        { headers: headers.value, body: body.value, secret: current?.secret ?? secret.value },
        { now: new Date(), knownSecrets: known },
      );
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
    }
  };
  return (
    <>
      <div class="top">
        <div class="grow">
          <h1>{t.title}</h1>
          <p class="muted">{t.subtitle}</p>
        </div>
      </div>
      <div class="doctor">
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
                value={headers.value}
                onInput={({ currentTarget }) => {
                  headers.value = currentTarget.value;
                }}
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
                value={body.value}
                onInput={({ currentTarget }) => {
                  body.value = currentTarget.value;
                }}
              />
            )}
          </Field>
          {maySeeSecrets.value && webhooks?.length ? (
            <Field label={t.source} hint={source.value === own ? undefined : t.sourceHint}>
              {(id, describedBy) => (
                <select
                  id={id}
                  class="select"
                  aria-describedby={describedBy}
                  value={source.value}
                  onChange={({ currentTarget }) => {
                    source.value = currentTarget.value;
                  }}
                >
                  <option value={own}>{t.ownSecret}</option>
                  {webhooks.map((webhook) => (
                    <option key={webhook.id} value={webhook.id}>
                      {t.secretOf(hostOf(webhook))}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          ) : null}
          {source.value === own ? (
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
                  value={secret.value}
                  onInput={({ currentTarget }) => {
                    secret.value = currentTarget.value;
                  }}
                />
              )}
            </Field>
          ) : null}
          <FailureNotice failure={failure.value} />
          <Button kind="primary" disabled={!headers.value.trim() && !body.value} onClick={examine}>
            {t.examine}
          </Button>
        </div>
        <DiagnosisCard diagnosis={diagnosis.value} />
      </div>
    </>
  );
}

async function readSecrets(id: string) {
  return knownSecretsOf(id, (await api('GET /subscriptions/{id}/secret', { path: { id } })).body);
}
