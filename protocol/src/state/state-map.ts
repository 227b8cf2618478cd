/** A room's state: key of type and state key ({@link stateMapKey}) → event id. */
export type StateMap = ReadonlyMap<string, string>;

/**
 * The key of a type and a state key. Both may hold any character, so the length of the type stands in front: no two
 * pairs have the same key.
 */
export function stateMapKey(type: string, stateKey: string): string {
  return type.length + ':' + type + stateKey;
}

/** The type and the state key in a key. */
export function splitStateMapKey(key: string): [type: string, stateKey: string] {
  const colon = key.indexOf(':');
  const end = colon + 1 + Number(key.slice(0, colon));
  return [key.slice(colon + 1, end), key.slice(end)];
}
