/** The languages of the page. */
export const locales = ['en', 'pt-BR', 'es'] as const;
export type Locale = (typeof locales)[number];

/** Each in its own words, because who looks for it may read nothing else. */
export const localeNames: Readonly<Record<Locale, string>> = {
  en: 'English',
  'pt-BR': 'Português',
  es: 'Español',
};

/** The first of these tags in a language of the page, such as `pt` or `es-MX`. Otherwise English. */
export function chooseLocale(wanted: readonly (string | null | undefined)[]): Locale {
  for (const tag of wanted) {
    const language = tag?.toLowerCase().split('-')[0];
    const found = locales.find((locale) => locale.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}
