/** Longest word that is kept whole; of longer ones only the beginning can be found. */
const word_length_max = 64;
/** Most words of one text; a message of 64 KiB has fewer unless it was made to have more. */
const words_max = 4_000;
const word_left_min = 3;
/** Text without any of the differences that folding takes away, but case. */
// eslint-disable-next-line no-control-regex
const ascii = /^[\0-\x7f]*$/;

/** Arabic letters that are written as one word with the next: and, so, by, like, to, will. */
const arabicPrefixes = new Set(['و', 'ف', 'ب', 'ك', 'ل', 'س']);
const arabicArticle = 'ال';

/**
 * Text as it is compared: without case, accents, vowel signs and the differences between forms of one letter that people
 * write for one another (أ and ا, ة and ه, ى and ي, ё and е).
 */
export function foldText(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}\u0640]/gu, '')
    .replaceAll('ة', 'ه')
    .replaceAll('ى', 'ي')
    .toWellFormed();
}

/** The words of a text, folded, each once. */
export function wordsIn(text: string): string[] {
  const words = new Set<string>();
  for (const [word] of foldText(text).matchAll(/[\p{L}\p{N}_]+/gu)) {
    words.add(word.slice(0, word_length_max).toWellFormed());
    if (words.size === words_max) break;
  }
  return [...words];
}

/** An Arabic word without what is written before it, step by step: وبالبيت gives بالبيت, البيت, بيت. Others give nothing. */
export function withoutPrefixes(word: string): string[] {
  const shorter: string[] = [];
  for (let rest = word; ;) {
    const cut = rest.startsWith(arabicArticle)
      ? arabicArticle.length
      : arabicPrefixes.has(rest.slice(0, 1))
        ? 1
        : 0;
    if (cut === 0 || rest.length - cut < word_left_min) return shorter;
    rest = rest.slice(cut);
    shorter.push(rest);
  }
}
