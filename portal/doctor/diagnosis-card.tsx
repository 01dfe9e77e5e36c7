import type { Diagnosis } from '../../client/receiver/diagnose-signature.ts';
import { useResource } from '../api/resource.ts';
import { Notice } from '../design/notice.tsx';
import { locale, texts } from '../i18n/i18n.ts';
import { loadFindingTexts, sayFinding } from './finding-texts.ts';

/** What the doctor has found, the most telling first. */
export function DiagnosisCard({ diagnosis }: { readonly diagnosis: Diagnosis | undefined }) {
  const { doctor: t } = texts();
  const language = locale();
  const words = useResource(`findings ${language}`, () => loadFindingTexts(language)).value.value;
  if (!diagnosis) {
    return (
      <section class="card block">
        <h2>{t.finds}</h2>
        <ul class="finds muted">
          {t.examples.map((example) => (
            <li key={example}>{example}</li>
          ))}
        </ul>
      </section>
    );
  }
  const { isSignatureValid, findings } = diagnosis;
  return (
    <section class="card block" aria-live="polite">
      <Notice
        tone={isSignatureValid ? 'ok' : 'bad'}
        title={isSignatureValid ? t.valid : t.notValid(findings.length)}
      >
        {isSignatureValid && findings.length === 0 ? t.validText : null}
      </Notice>
      <ol class="findings">
        {findings.map((finding) => {
          const { problem, advice } = sayFinding(finding, words);
          return (
            <li key={problem}>
              <b>{problem}</b>
              <span class="muted">{advice}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
