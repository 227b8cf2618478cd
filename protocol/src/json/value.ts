/** A JSON value as Matrix knows it. Objects come from {@link parseJson} or `JSON.parse`: any key may be there. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value an object itself holds under a key, never one it inherits: an event of the type `constructor` or a key
 * named `__proto__` must find nothing that nobody sent. Something that is no object at all, as a hostile event may have in
 * the place of one, holds nothing.
 */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return isJsonObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** {@link own}, where the value is an object; undefined for everything else. */
export function ownObject(object: JsonObject, key: string): JsonObject | undefined {
  const value = own(object, key);
  return isJsonObject(value) ? value : undefined;
}

/** {@link own}, where the value is a string; undefined for everything else. */
export function ownString(object: JsonObject, key: string): string | undefined {
  const value = own(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** Writes a key as data, also where the key is `__proto__`, whose plain assignment would change the prototype. */
export function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}
