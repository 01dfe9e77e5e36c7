import '../styles/forms.css';
import '../styles/doctor.css';
import { useSignal } from '@preact/signals';
import { type Diagnosis, diagnoseSignature } from '../../client/receiver/diagnose-signature.ts';
import { ApiFailure } from '../api/problem.ts';
import { texts } from '../i18n/i18n.ts';
import { api } from '../session/session.ts';
import { useTitle } from '../shell/title.ts';
import { DiagnosisCard } from './diagnosis-card.tsx';
import { DoctorForm, type Patient } from './doctor-form.tsx';
import { diagnoseWithStored } from './stored-secrets.ts';

/** Says why a receiver refuses a callback. Everything is computed in the browser. */
export function DoctorScreen() {
  const { doctor: t } = texts();
  useTitle(t.title);
  const patient = useSignal<Patient>({ headers: '', body: '', secret: '', webhookId: '' });
  const diagnosis = useSignal<Diagnosis | undefined>(undefined);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const examine = async () => {
    failure.value = undefined;
    const { headers, body, secret, webhookId } = patient.value;
    try {
      const callback = { headers, body };
      diagnosis.value = webhookId
        ? diagnoseWithStored(callback, webhookId, await readSecrets(webhookId), new Date())
        : diagnoseSignature({ ...callback, secret }, { now: new Date() });
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
        <DoctorForm
          patient={patient.value}
          failure={failure.value}
          onChange={(part) => {
            patient.value = { ...patient.value, ...part };
          }}
          onExamine={examine}
        />
        <DiagnosisCard diagnosis={diagnosis.value} />
      </div>
    </>
  );
}

async function readSecrets(id: string) {
  return (await api('GET /subscriptions/{id}/secret', { path: { id } })).body;
}
