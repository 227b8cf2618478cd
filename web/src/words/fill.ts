import type { Parameters } from './catalogue.ts';
import type { Plural } from './plural.ts';

/** What filling needs to know about a language. */
export interface NumberWords {
  number(value: number): string;
  plural(value: number): Intl.LDMLPluralRule;
}

const isolate = '\u2068';
const endIsolate = '\u2069';

/**
 * Puts parameters into a text of the catalogue. A plural takes its form from `count`; a missing form falls back to
 * `other`. A place without a parameter stays as it is written, so that a mistake is seen.
 */
export function fill(text: string | Plural, parameters: Parameters, words: NumberWords): string {
  const form =
    typeof text === 'string' ? text : (text[words.plural(Number(parameters['count']))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = parameters[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? words.number(value) : `${isolate}${value}${endIsolate}`;
  });
}
