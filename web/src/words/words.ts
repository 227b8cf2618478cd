import { computed, signal } from '@preact/signals';
import { applyLanguage, browserLanguage, localeFor, rememberLanguage } from '../platform/locale.ts';
import { createFormat } from './format.ts';
import { fill } from './fill.ts';
import type { Language } from '../platform/locale.ts';
import type { Catalogue, Parameters, WordKey } from './catalogue.ts';

const loaders: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  ar: async () => (await import('./ar.ts')).ar,
  en: async () => (await import('./en.ts')).en,
  fr: async () => (await import('./fr.ts')).fr,
  ru: async () => (await import('./ru.ts')).ru,
  tg: async () => (await import('./tg.ts')).tg,
};

interface Spoken {
  readonly language: Language;
  readonly catalogue: Catalogue;
}

const spoken = signal<Spoken | undefined>(undefined);

/** The language on screen. */
export const language = computed<Language>(() => spoken.value?.language ?? 'en');

/** Numbers, times and sizes in the language on screen. */
export const format = computed(() =>
  createFormat(localeFor(language.value, navigator.languages), (key, parameters) => say(key, parameters)),
);

/** Words of the catalogue with their parameters filled in. Components that call it follow a change of language. */
export function say(key: WordKey, parameters: Parameters = {}): string {
  const current = spoken.value;
  if (!current) return '';
  return fill(current.catalogue[key], parameters, format.value);
}

/** Loads a language and puts it on screen. Resolves when it is there. Rejects when it cannot be loaded. */
export async function speak(next: Language): Promise<void> {
  const catalogue = await loaders[next]();
  spoken.value = { language: next, catalogue };
  applyLanguage(next);
}

/** The user's choice, kept in this browser. */
export async function chooseToSpeak(next: Language): Promise<void> {
  await speak(next);
  rememberLanguage(next);
}

/** The language of this browser. Call once at the start. */
export async function speakAsTheBrowser(): Promise<void> {
  await speak(browserLanguage());
}
