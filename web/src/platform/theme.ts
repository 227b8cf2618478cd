import { effect, signal } from '@preact/signals';
import { readSetting, writeSetting } from './storage.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const textSizes = ['normal', 'large', 'larger', 'largest'] as const;
export type TextSize = (typeof textSizes)[number];

/** What the reader chose. */
export const theme = signal<Theme>(oneOf(themes, readSetting('theme'), 'system'));
export const textSize = signal<TextSize>(oneOf(textSizes, readSetting('text'), 'normal'));
/** Single-letter keys act outside fields; they can be turned off. */
export const letterKeys = signal(readSetting('keys') !== 'off');
/** Megabytes a day that the data line measures against; 0 for no limit. */
export const dailyData = signal(Number(readSetting('data') ?? '0') || 0);

function oneOf<Value extends string>(
  all: readonly Value[],
  text: string | undefined,
  otherwise: Value,
): Value {
  return all.find((value) => value === text) ?? otherwise;
}

/** Puts theme and text size on the page and keeps both in step with the system and the settings. Call once. */
export function applyTheme(): void {
  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  const dark = signal(systemDark.matches);
  systemDark.addEventListener('change', () => {
    dark.value = systemDark.matches;
  });
  effect(() => {
    const chosen = theme.value === 'system' ? (dark.value ? 'dark' : 'light') : theme.value;
    document.documentElement.dataset['theme'] = chosen;
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      meta.setAttribute('content', chosen === 'dark' ? '#0F1311' : '#F5F3EE');
    }
    writeSetting('theme', theme.value === 'system' ? undefined : theme.value);
  });
  effect(() => {
    document.documentElement.dataset['text'] = textSize.value;
    writeSetting('text', textSize.value === 'normal' ? undefined : textSize.value);
  });
  effect(() => writeSetting('keys', letterKeys.value ? undefined : 'off'));
  effect(() => writeSetting('data', dailyData.value === 0 ? undefined : String(dailyData.value)));
}
