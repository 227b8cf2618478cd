import { setOwn, type JsonObject, type JsonValue } from './value.ts';

/** What reading gives: the value, or why and where (offset in UTF-16 units) the text was refused. */
export type JsonParsed = { ok: true; value: JsonValue } | { ok: false; reason: string; position: number };

export interface JsonLimits {
  /** How many arrays and objects may stand inside each other; default {@link jsonDepthMax}. */
  depth?: number;
}

export const jsonDepthMax = 100;

/**
 * Reads the JSON of an event from its raw text. `JSON.parse` silently turns `1.0` into 1, rounds integers beyond
 * 2^53 and lets the last of two equal keys win; two servers that do so differently disagree about a hash for ever.
 * Refused, with the place: floats, exponents, `-0`, integers beyond ±(2^53−1), duplicate keys, lone surrogates (raw or
 * escaped) and nesting deeper than the limit. `__proto__` is an ordinary key. Time and memory are linear in the text.
 *
 * Specification: appendices, "Canonical JSON".
 */
export function parseJson(text: string, limits?: JsonLimits): JsonParsed {
  return read(text, limits, false);
}

/** {@link parseJson} with floats allowed: for requests and account data, which are never hashed. */
export function parseLooseJson(text: string, limits?: JsonLimits): JsonParsed {
  return read(text, limits, true);
}

function read(text: string, limits: JsonLimits | undefined, floats: boolean): JsonParsed {
  const reader = new Reader(text, limits?.depth ?? jsonDepthMax, floats);
  const value = reader.value();
  if (reader.failure === undefined) {
    reader.space();
    if (reader.at < text.length) reader.fail('text after the end of the JSON value');
  }
  if (reader.failure !== undefined) return { ok: false, reason: reader.failure, position: reader.failedAt };
  return { ok: true, value };
}

const quote = 0x22;
const backslash = 0x5c;
const numberPattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const escapes: Readonly<Record<string, string>> = Object.freeze({
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
});

/** A reader by recursive descent. The first failure is kept, and every loop ends on it. */
class Reader {
  at = 0;
  failure: string | undefined;
  failedAt = 0;
  private depth = 0;
  private readonly text: string;
  private readonly depthMax: number;
  private readonly floats: boolean;

  constructor(text: string, depthMax: number, floats: boolean) {
    this.text = text;
    this.depthMax = depthMax;
    this.floats = floats;
  }

  fail(reason: string, position = this.at): null {
    if (this.failure === undefined) {
      this.failure = reason;
      this.failedAt = position;
    }
    return null;
  }

  space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at += 1;
    }
  }

  value(): JsonValue {
    this.space();
    const code = this.text.charCodeAt(this.at);
    if (code === quote) return this.string();
    if (code === 0x7b) return this.object();
    if (code === 0x5b) return this.array();
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.number();
    if (code === 0x74) return this.word('true', true);
    if (code === 0x66) return this.word('false', false);
    if (code === 0x6e) return this.word('null', null);
    return this.fail(this.at < this.text.length ? 'unexpected character' : 'unexpected end');
  }

  private word(word: string, value: JsonValue): JsonValue {
    if (!this.text.startsWith(word, this.at)) return this.fail('unexpected character');
    this.at += word.length;
    return value;
  }

  private open(): boolean {
    this.depth += 1;
    if (this.depth > this.depthMax) this.fail(`nested deeper than ${this.depthMax} levels`);
    this.at += 1;
    return this.failure === undefined;
  }

  private object(): JsonObject | null {
    const object: JsonObject = {};
    if (!this.open()) return null;
    this.space();
    if (this.text.charCodeAt(this.at) === 0x7d) {
      this.at += 1;
      this.depth -= 1;
      return object;
    }
    for (;;) {
      this.space();
      const start = this.at;
      if (this.text.charCodeAt(start) !== quote) return this.fail('expected a key');
      const key = this.string();
      if (this.failure !== undefined) return null;
      if (Object.hasOwn(object, key)) return this.fail('duplicate key', start);
      this.space();
      if (this.text.charCodeAt(this.at) !== 0x3a) return this.fail('expected a colon');
      this.at += 1;
      const value = this.value();
      if (this.failure !== undefined) return null;
      setOwn(object, key, value);
      this.space();
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x2c && code !== 0x7d) return this.fail('expected a comma or the end of the object');
      this.at += 1;
      if (code === 0x7d) break;
    }
    this.depth -= 1;
    return object;
  }

  private array(): JsonValue[] | null {
    const array: JsonValue[] = [];
    if (!this.open()) return null;
    this.space();
    if (this.text.charCodeAt(this.at) === 0x5d) {
      this.at += 1;
      this.depth -= 1;
      return array;
    }
    for (;;) {
      const value = this.value();
      if (this.failure !== undefined) return null;
      array.push(value);
      this.space();
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x2c && code !== 0x5d) return this.fail('expected a comma or the end of the array');
      this.at += 1;
      if (code === 0x5d) break;
    }
    this.depth -= 1;
    return array;
  }

  private number(): number | null {
    const start = this.at;
    numberPattern.lastIndex = start;
    const match = numberPattern.exec(this.text);
    if (match === null) return this.fail('not a number');
    const written = match[0];
    this.at = start + written.length;
    const value = Number(written);
    if (match[1] !== undefined || match[2] !== undefined) {
      if (!this.floats) return this.fail('number with a fraction or an exponent', start);
      return Number.isFinite(value) ? value : this.fail('number too large', start);
    }
    if (!Number.isSafeInteger(value)) return this.fail('integer beyond 2^53 - 1', start);
    if (value === 0 && written.length > 1) return this.floats ? 0 : this.fail('negative zero', start);
    return value;
  }

  /** Reads a string; the reader stands at its opening quote. Runs without escapes are cut out whole. */
  private string(): string {
    const text = this.text;
    let run = this.at + 1;
    let at = run;
    let made = '';
    for (;;) {
      const code = text.charCodeAt(at);
      // Nearly every character is one of these.
      if (code >= 0x20 && code !== quote && code !== backslash && code < 0xd800) {
        at += 1;
      } else if (code === quote) {
        break;
      } else if (code === backslash) {
        made += text.slice(run, at);
        this.at = at;
        made += this.escape();
        if (this.failure !== undefined) return '';
        at = this.at;
        run = at;
      } else if (code < 0x20) {
        return this.fail('control character in a string', at) ?? '';
      } else if (code >= 0xd800 && code <= 0xdfff) {
        const low = text.charCodeAt(at + 1);
        if (code >= 0xdc00 || !(low >= 0xdc00 && low <= 0xdfff)) return this.fail('lone surrogate', at) ?? '';
        at += 2;
      } else if (code > 0xdfff) {
        at += 1;
      } else {
        return this.fail('unexpected end in a string', at) ?? '';
      }
    }
    this.at = at + 1;
    return run === at ? made : made + text.slice(run, at);
  }

  private escape(): string {
    const start = this.at;
    const letter = this.text[start + 1];
    if (letter === undefined) return this.fail('unexpected end in a string') ?? '';
    if (letter !== 'u') {
      const meant = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
      if (meant === undefined) return this.fail('unknown escape') ?? '';
      this.at = start + 2;
      return meant;
    }
    const high = this.hex(start + 2);
    if (high === undefined) return this.fail('broken unicode escape') ?? '';
    this.at = start + 6;
    if (high < 0xd800 || high > 0xdfff) return String.fromCharCode(high);
    const low = this.text.startsWith('\\u', this.at) ? this.hex(this.at + 2) : undefined;
    if (high >= 0xdc00 || low === undefined || low < 0xdc00 || low > 0xdfff) {
      return this.fail('lone surrogate', start) ?? '';
    }
    this.at += 6;
    return String.fromCharCode(high, low);
  }

  private hex(from: number): number | undefined {
    const digits = this.text.slice(from, from + 4);
    return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
  }
}
