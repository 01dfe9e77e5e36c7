import { computed, signal } from '@preact/signals';
import type { Catalog } from './catalog.ts';
import { createFormats } from './formats.ts';
import type { Locale } from './locales.ts';

/** The language of the page. A component that reads it is rendered again when it changes. */

const catalogs: Readonly<Record<Locale, () => Promise<{ readonly catalog: Catalog }>>> = {
  en: () => import('./en/catalog.ts'),
  'pt-BR': () => import('./pt/catalog.ts'),
  es: () => import('./es/catalog.ts'),
};

const current = signal<{ readonly locale: Locale; readonly catalog: Catalog } | undefined>(undefined);
const formatsNow = computed(() => createFormats(locale()));

/** Loads the texts of a language and shows the page in it. */
export async function showIn(locale: Locale): Promise<void> {
  const { catalog } = await catalogs[locale]();
  current.value = { locale, catalog };
  document.documentElement.lang = locale;
}

export function locale(): Locale {
  return current.value?.locale ?? 'en';
}

/** The texts of the page. */
export function texts(): Catalog {
  if (!current.value) throw new Error('no language is loaded yet');
  return current.value.catalog;
}

export function formats(): ReturnType<typeof createFormats> {
  return formatsNow.value;
}
