/**
 * Brings a typed recovery phrase into the form it was made in: people write أ for ا, ه for ة, е for ё, capitals, accents,
 * commas or numbers between the words. A word that is in none of the lists is left as it is typed.
 */
export function tidyPhrase(text: string, lists: readonly string[]): string {
  const known = new Map(lists.map((word) => [plain(word), word]));
  return text
    .split(/[\s,،.;:\d٠-٩]+/)
    .filter((word) => word !== '')
    .map((word) => known.get(plain(word)) ?? word)
    .join(' ');
}

/** Whether a text looks like the specification's recovery key rather than words: base58 in groups of four. */
export function looksLikeKey(text: string): boolean {
  const compact = text.replace(/\s+/g, '');
  return /^E[1-9A-HJ-NP-Za-km-z]{39,69}$/.test(compact);
}

/** A word without the differences of spelling that people do not see. */
export function plain(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ة$/g, 'ه')
    .replace(/ى$/g, 'ي')
    .replace(/œ/g, 'oe');
}

/** Three different places of a phrase, in order, to be checked against the paper. `random` answers 0 to 1. */
export function placesToCheck(length: number, random: () => number): readonly number[] {
  const places = new Set<number>();
  while (places.size < Math.min(3, length)) places.add(Math.floor(random() * length));
  return [...places].sort((a, b) => a - b);
}
