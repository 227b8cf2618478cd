import { language } from './words.ts';
import type { Language } from '../platform/locale.ts';

const recovery: Readonly<Record<Language, () => Promise<readonly string[]>>> = {
  ar: async () => (await import('./recovery/ar.ts')).words,
  en: async () => (await import('./recovery/en.ts')).words,
  fr: async () => (await import('./recovery/fr.ts')).words,
  ru: async () => (await import('./recovery/ru.ts')).words,
  tg: async () => (await import('./recovery/tg.ts')).words,
};

const emoji: Readonly<Record<Language, () => Promise<readonly string[]>>> = {
  ar: async () => (await import('./emoji/ar.ts')).names,
  en: async () => (await import('./emoji/en.ts')).names,
  fr: async () => (await import('./emoji/fr.ts')).names,
  ru: async () => (await import('./emoji/ru.ts')).names,
  tg: async () => (await import('./emoji/tg.ts')).names,
};

/** The words that recovery phrases are drawn from, in the language on screen. */
export function recoveryWords(): Promise<readonly string[]> {
  return recovery[language.value]();
}

/** The recovery words of every language: a phrase may have been written in another one. */
export async function allRecoveryWords(): Promise<readonly string[]> {
  const lists = await Promise.all(Object.values(recovery).map((load) => load()));
  return lists.flat();
}

/** Names of the verification emoji, by their place in the specification's table. */
export function emojiNames(): Promise<readonly string[]> {
  return emoji[language.value]();
}
