import { readSetting, writeSetting } from './storage.ts';

/** The languages of the app, each with its name in its own script. */
export const languages = [
  { code: 'ar', name: 'العربية', direction: 'rtl' },
  { code: 'fr', name: 'Français', direction: 'ltr' },
  { code: 'ru', name: 'Русский', direction: 'ltr' },
  { code: 'tg', name: 'Тоҷикӣ', direction: 'ltr' },
  { code: 'en', name: 'English', direction: 'ltr' },
] as const;

export type Language = (typeof languages)[number]['code'];

/**
 * The language to start with: the one chosen here before, else the first of the browser's that we speak, else English.
 */
export function chooseLanguage(stored: string | undefined, wanted: readonly string[]): Language {
  for (const tag of [stored, ...wanted]) {
    const found = languages.find(({ code }) => code === tag?.toLowerCase().split('-')[0]);
    if (found) return found.code;
  }
  return 'en';
}

/**
 * The locale for numbers and dates: the browser's own region when it speaks the language (it decides between ٠–٩ and
 * 0–9), otherwise the language's usual form.
 */
export function localeFor(language: Language, wanted: readonly string[]): string {
  const regional = wanted.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  if (language === 'en') return 'en-GB';
  return regional ?? (language === 'ar' ? 'ar-u-nu-arab' : language);
}

/** As `chooseLanguage`, of this browser. */
export function browserLanguage(): Language {
  return chooseLanguage(readSetting('language'), navigator.languages);
}

export function rememberLanguage(language: Language): void {
  writeSetting('language', language);
}

/** Puts language and direction on the page. */
export function applyLanguage(language: Language): void {
  const root = document.documentElement;
  root.lang = language;
  root.dir = languages.find(({ code }) => code === language)?.direction ?? 'ltr';
}
