import type { Finding } from '../../client/receiver/findings.ts';
import { findingTexts as spanish } from '../i18n/es/findings.ts';
import { locale } from '../i18n/i18n.ts';
import { findingTexts as portuguese } from '../i18n/pt/findings.ts';

/** What is wrong and what to change, in the page's language. The receiver kit says it in English. */
export function sayFinding({ code, params, problem, advice }: Finding): Pick<Finding, 'problem' | 'advice'> {
  const language = locale();
  if (language === 'en') return { problem, advice };
  const words = { 'pt-BR': portuguese, es: spanish }[language][code];
  return { problem: fillIn(words.problem, params), advice: fillIn(words.advice, params) };
}

function fillIn(sentence: string, params: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}
