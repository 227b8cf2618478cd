/** How a glob is read; the default is what push rules and ACLs want. */
export interface GlobOptions {
  /** Is `?` any one character, or a question mark? */
  question?: boolean;
  /** Are upper and lower case the same? */
  ignoreCase?: boolean;
}

/** A compiled glob. Matching takes time in proportion to pattern times text, whatever the two are. */
export interface Glob {
  /** Whether the whole text matches. */
  matches(text: string): boolean;
  /**
   * Whether some part of the text matches that starts and ends at a word boundary: the ends of the text and every
   * character outside `A-Z a-z 0-9 _`.
   */
  matchesWords(text: string): boolean;
}

const anything = 0;
const anyOne = 1;
type Step = typeof anything | typeof anyOne | string;

/**
 * Compiles a glob: `*` is any number of characters, `?` one. No regular expression is made of it, because a pattern
 * from outside could make one that takes for ever.
 * Specification: appendices, "Glob-style matching".
 */
export function compileGlob(pattern: string, options: GlobOptions = {}): Glob {
  const { question = true, ignoreCase = true } = options;
  const fold = ignoreCase ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  const folded = fold(pattern);
  const literal = !folded.includes('*') && !(question && folded.includes('?'));
  const steps = literal ? [] : readSteps(folded, question);
  return {
    matches: (text) => (literal ? fold(text) === folded : runWhole(steps, [...fold(text)])),
    matchesWords: (text) => (literal ? findWords(fold(text), folded) : runWords(steps, [...fold(text)])),
  };
}

function readSteps(pattern: string, question: boolean): Step[] {
  const steps: Step[] = [];
  for (const character of pattern) {
    if (character === '*') {
      if (steps.at(-1) !== anything) steps.push(anything);
    } else {
      steps.push(question && character === '?' ? anyOne : character);
    }
  }
  return steps;
}

/** The classic match with one point of return, which is enough when the whole text must match. */
function runWhole(steps: Step[], text: string[]): boolean {
  let step = 0;
  let at = 0;
  let backStep = -1;
  let backAt = 0;
  while (at < text.length) {
    const want = steps[step];
    if (want === anything) {
      backStep = step;
      backAt = at;
      step += 1;
    } else if (want === anyOne || want === text[at]) {
      step += 1;
      at += 1;
    } else if (backStep >= 0) {
      backAt += 1;
      at = backAt;
      step = backStep + 1;
    } else {
      return false;
    }
  }
  while (steps[step] === anything) step += 1;
  return step === steps.length;
}

/** Follows every match that starts at a boundary at once: `alive[n]` says that the first n steps have matched up to here. */
function runWords(steps: Step[], text: string[]): boolean {
  const count = steps.length;
  let alive = new Uint8Array(count + 1);
  for (let at = 0; at <= text.length; at += 1) {
    if (at === 0 || !isWord(text[at - 1])) alive[0] = 1;
    for (let step = 0; step < count; step += 1) {
      if (alive[step] === 1 && steps[step] === anything) alive[step + 1] = 1;
    }
    if (alive[count] === 1 && (at === text.length || !isWord(text[at]))) return true;
    const next = new Uint8Array(count + 1);
    for (let step = 0; step < count; step += 1) {
      if (alive[step] !== 1) continue;
      const want = steps[step];
      if (want === anything) next[step] = 1;
      else if (want === anyOne || want === text[at]) next[step + 1] = 1;
    }
    alive = next;
  }
  return false;
}

function findWords(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    const end = at + words.length;
    if ((at === 0 || !isWord(text[at - 1])) && (end === text.length || !isWord(text[end]))) return true;
    if (at === text.length) return false;
  }
  return false;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^[A-Za-z0-9_]$/.test(character);
}
