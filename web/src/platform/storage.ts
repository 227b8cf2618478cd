/**
 * Small settings of this browser that are needed before anything else is loaded: language, theme, text size. A browser
 * that keeps nothing (private windows, full disk) still works; the choice then lasts until the page goes.
 */
const memory = new Map<string, string>();

/** The stored text, or undefined when there is none. */
export function readSetting(name: string): string | undefined {
  try {
    return localStorage.getItem(`majlis.${name}`) ?? memory.get(name);
  } catch (error) {
    if (error instanceof DOMException) return memory.get(name);
    throw error;
  }
}

/** Keeps a text; undefined forgets it. */
export function writeSetting(name: string, value: string | undefined): void {
  if (value === undefined) memory.delete(name);
  else memory.set(name, value);
  try {
    if (value === undefined) localStorage.removeItem(`majlis.${name}`);
    else localStorage.setItem(`majlis.${name}`, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
