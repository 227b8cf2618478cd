import type { JsonObject, JsonValue } from './value.ts';

/**
 * Writes a value in canonical form: no whitespace, keys in the order of their code points, integers only, the shortest
 * escapes. The text is what every server hashes and signs.
 *
 * Specification: appendices, "Canonical JSON". Throws a TypeError on what the form cannot say: floats, `-0`, integers
 * beyond ±(2^53−1), lone surrogates, undefined, functions; a RangeError on endless nesting.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return integer(value);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (Array.isArray(value)) return canonicalArray(value);
  if (typeof value === 'object') return canonicalObject(value);
  throw new TypeError(`canonical JSON has no ${typeof value}`);
}

function canonicalArray(array: JsonValue[]): string {
  if (array.length === 0) return '[]';
  let text = '[' + canonicalJson(array[0] as JsonValue);
  for (let index = 1; index < array.length; index += 1)
    text += ',' + canonicalJson(array[index] as JsonValue);
  return text + ']';
}

function canonicalObject(object: JsonObject): string {
  const keys = sortedKeys(object);
  if (keys.length === 0) return '{}';
  let text = '{';
  let first = true;
  for (const key of keys) {
    text += (first ? '' : ',') + quoted(key) + ':' + canonicalJson(object[key] as JsonValue);
    first = false;
  }
  return text + '}';
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`canonical JSON has integers only, not ${value}`);
  if (value === 0 && Object.is(value, -0)) throw new TypeError('canonical JSON has no negative zero');
  return '' + value;
}

/** What cannot stand in a string as it is, and surrogates, which may be alone. */
// eslint-disable-next-line no-control-regex
const special = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A string in quotes with the escapes of canonical JSON. */
export function quoted(text: string): string {
  if (!special.test(text)) return '"' + text + '"';
  if (!text.isWellFormed()) throw new TypeError('canonical JSON has no lone surrogates');
  return JSON.stringify(text);
}

/** The keys of an object in the order of canonical JSON. */
export function sortedKeys(object: JsonObject): string[] {
  const keys = Object.keys(object);
  const count = keys.length;
  for (let index = 1; index < count; index += 1) {
    const key = keys[index] as string;
    let place = index;
    while (place > 0 && precedes(key, keys[place - 1] as string)) {
      keys[place] = keys[place - 1] as string;
      place -= 1;
    }
    keys[place] = key;
    // Insertion is quadratic; a hostile object may have a hundred thousand keys.
    if (index === 31 && count > 64) return keys.toSorted(compareCodePoints);
  }
  return keys;
}

function precedes(left: string, right: string): boolean {
  return left < right ? !differsInSurrogates(left, right) : left > right && differsInSurrogates(left, right);
}

/**
 * Compares two strings by code points (and so by the bytes of their UTF-8): negative, zero or positive. JavaScript's
 * own order is by UTF-16 units, which puts astral characters before U+E000 to U+FFFF.
 */
export function compareCodePoints(left: string, right: string): number {
  if (left === right) return 0;
  return precedes(left, right) ? -1 : 1;
}

/** Whether the first difference of two strings is a surrogate against a character from U+E000, where UTF-16 misleads. */
function differsInSurrogates(left: string, right: string): boolean {
  const length = left.length < right.length ? left.length : right.length;
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return a >= 0xd800 && b >= 0xd800 && a < 0xe000 !== b < 0xe000;
  }
  return false;
}
