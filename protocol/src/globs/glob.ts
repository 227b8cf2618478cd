/** How a glob is read; the default is what push rules and ACLs want. */
export interface GlobOptions {
  /** Is `?` any one character, or a question mark? */
  question?: boolean;
  /** Are upper and lower case the same? */
  ignoreCase?: boolean;
}

/** A compiled glob. Matching takes time in proportion to pattern times text at worst, whatever the two are. */
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
/** How much longer a step takes than a comparison in a search for a text. */
const step_effort = 16;

/** What holding a text against a glob costs at worst, in comparisons of two characters. */
export function globEffort(pattern: string, text: string): number {
  const each = pattern.includes('?') ? step_effort : 1;
  return text.length * Math.max(1, pattern.length) * each;
}

/**
 * Compiles a glob: `*` is any number of characters, `?` one. No regular expression is made of it, because a pattern
 * from outside could make one that takes for ever.
 * Specification: appendices, "Glob-style matching".
 */
export function compileGlob(pattern: string, options: GlobOptions = {}): Glob {
  const { question = true, ignoreCase = true } = options;
  const fold = ignoreCase ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  const folded = fold(pattern);
  if (question && folded.includes('?')) {
    const steps = readSteps(folded, question);
    return {
      matches: (text) => runWhole(steps, [...fold(text)]),
      matchesWords: (text) => runWords(steps, [...fold(text)]),
    };
  }
  const pieces = folded.split('*');
  return {
    matches: (text) => findWhole(fold(text), pieces),
    matchesWords: (text) => findWords(fold(text), pieces),
  };
}

/** Whether a text begins with the first piece, ends with the last, and holds the others between them in this order. */
function findWhole(text: string, pieces: readonly string[]): boolean {
  const [first = '', ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  const at = passOver(text, others, first.length);
  return at !== undefined && text.length - last.length >= at && text.endsWith(last);
}

/** Where the earliest finds of these pieces, one after another, end; undefined when one is missing. */
function passOver(text: string, pieces: readonly string[], from: number): number | undefined {
  let at = from;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return undefined;
    at = found + piece.length;
  }
  return at;
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

/** Looks for the pieces between two word boundaries. After the earliest find of each there is the most text for the next. */
function findWords(text: string, pieces: readonly string[]): boolean {
  const [first = '', ...others] = pieces;
  const last = others.pop();
  const ends = (at: number): boolean => at === text.length || !isWord(text[at]);
  const start = findPlace(
    text,
    first,
    0,
    (at) => (at === 0 || !isWord(text[at - 1])) && (last !== undefined || ends(at + first.length)),
  );
  if (start === undefined || last === undefined) return start !== undefined;
  const at = passOver(text, others, start + first.length);
  return at !== undefined && findPlace(text, last, at, (place) => ends(place + last.length)) !== undefined;
}

/** The earliest place from `from` on where the piece stands and that is as wanted. */
function findPlace(
  text: string,
  piece: string,
  from: number,
  wanted: (at: number) => boolean,
): number | undefined {
  for (let at = text.indexOf(piece, from); at >= 0; at = text.indexOf(piece, at + 1)) {
    if (wanted(at)) return at;
    // Beyond the end an empty piece would be found there for ever.
    if (at === text.length) return undefined;
  }
  return undefined;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^[A-Za-z0-9_]$/.test(character);
}
