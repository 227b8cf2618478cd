import type { JsonObject } from '@majlis/protocol';
import { badJson, invalidParam } from './errors.ts';

/** A text of at most `limit` characters, trimmed. @throws Refusal when it is missing, empty, too long or no text. */
export function requiredText(body: JsonObject, name: string, limit: number): string {
  const text = optionalText(body, name, limit);
  if (text === undefined || text === '') throw invalidParam(`'${name}' is missing`);
  return text;
}

export function optionalText(body: JsonObject, name: string, limit: number): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badJson(`'${name}' must be a string`);
  if (value.length > limit) throw invalidParam(`'${name}' is longer than ${limit} characters`);
  // Neither can be kept or shown: a NUL character ends a text for the database, half a surrogate pair is no character.
  if (value.includes('\0') || !value.isWellFormed()) throw invalidParam(`'${name}' is not valid text`);
  return value.trim();
}

/** A whole number in the query, cut to the range. */
export function queryNumber(query: URLSearchParams, name: string, max: number): number {
  const text = query.get(name);
  if (text === null) return 0;
  if (!/^\d{1,15}$/.test(text)) throw invalidParam(`'${name}' must be a whole number`);
  return Math.min(Number(text), max);
}
