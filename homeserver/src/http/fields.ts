import type { JsonObject, JsonValue } from '@majlis/protocol';
import { badJson, invalidParam, missingParam } from './errors.ts';

/** Readers for members of a JSON body: each answers a checked value or throws the precise error. */

export function optionalString(body: JsonObject, name: string, limit = 65_536): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badJson(`'${name}' must be a string`);
  if (value.length > limit) throw invalidParam(`'${name}' is longer than ${limit} characters`);
  return value;
}

export function requiredString(body: JsonObject, name: string, limit = 65_536): string {
  const value = optionalString(body, name, limit);
  if (value === undefined) throw missingParam(`'${name}' is missing`);
  return value;
}

export function optionalObject(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw badJson(`'${name}' must be an object`);
  return value;
}

export function requiredObject(body: JsonObject, name: string): JsonObject {
  const value = optionalObject(body, name);
  if (value === undefined) throw missingParam(`'${name}' is missing`);
  return value;
}

export function optionalBoolean(body: JsonObject, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw badJson(`'${name}' must be true or false`);
  return value;
}

export function optionalInteger(
  body: JsonObject,
  name: string,
  range: { min: number; max: number },
): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw badJson(`'${name}' must be an integer`);
  if (value < range.min || value > range.max) {
    throw invalidParam(`'${name}' must be between ${range.min} and ${range.max}`);
  }
  return value;
}

export function optionalArray(body: JsonObject, name: string, limit = 10_000): JsonValue[] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw badJson(`'${name}' must be an array`);
  if (value.length > limit) throw invalidParam(`'${name}' has more than ${limit} entries`);
  return value;
}

export function optionalStrings(body: JsonObject, name: string, limit = 1_000): string[] | undefined {
  return optionalArray(body, name, limit)?.map((value) => {
    if (typeof value !== 'string') throw badJson(`'${name}' must be an array of strings`);
    return value;
  });
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** An integer query parameter, cut to the range when above it. @throws M_INVALID_PARAM when it is no integer. */
export function queryInteger(
  query: URLSearchParams,
  name: string,
  range: { min: number; max: number; fallback: number },
): number {
  const text = query.get(name);
  if (text === null) return range.fallback;
  if (!/^-?\d{1,15}$/.test(text)) throw invalidParam(`'${name}' must be an integer`);
  const value = Number(text);
  if (value < range.min) throw invalidParam(`'${name}' must be at least ${range.min}`);
  return Math.min(value, range.max);
}

/** A query parameter that is one of a few words. */
export function queryWord<Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw invalidParam(`'${name}' must be one of ${words.join(', ')}`);
  return word;
}

export function queryBoolean(query: URLSearchParams, name: string): boolean {
  return queryWord(query, name, ['true', 'false'] as const) === 'true';
}
