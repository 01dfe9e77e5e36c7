import type { Finding, FindingCode } from '../../client/receiver/findings.ts';
import type { Locale } from '../i18n/locales.ts';

/** What is wrong and what to change. `{name}` is filled in with what was found. */
export type FindingTexts = Readonly<
  Record<FindingCode, { readonly problem: string; readonly advice: string }>
>;

/** The receiver kit says it in English; other languages are loaded when the doctor is asked. */
const languages: Readonly<
  Record<Exclude<Locale, 'en'>, () => Promise<{ readonly findingTexts: FindingTexts }>>
> = {
  'pt-BR': () => import('../i18n/pt/findings.ts'),
  es: () => import('../i18n/es/findings.ts'),
};

export async function loadFindingTexts(locale: Locale): Promise<FindingTexts | undefined> {
  return locale === 'en' ? undefined : (await languages[locale]()).findingTexts;
}

export function sayFinding(
  { code, params, problem, advice }: Finding,
  texts: FindingTexts | undefined,
): Pick<Finding, 'problem' | 'advice'> {
  const words = texts?.[code];
  return words
    ? { problem: fillIn(words.problem, params), advice: fillIn(words.advice, params) }
    : { problem, advice };
}

function fillIn(sentence: string, params: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}
