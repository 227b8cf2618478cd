import { isJsonObject } from '@majlis/protocol';
import type { JsonObject, JsonValue } from '@majlis/protocol';
import type { NewKey } from '@majlis/storage';
import { badJson, invalidParam } from '../http/errors.ts';
import { optionalObject } from '../http/fields.ts';

const keys_per_upload_max = 1_000;
const key_bytes_max = 4_096;
const device_keys_bytes_max = 16_384;

/** One-time or fallback keys of a request: `algorithm:id` → key. @throws MatrixError 400. */
export function readKeys(body: JsonObject, name: string): NewKey[] {
  const entries = Object.entries(optionalObject(body, name) ?? {});
  if (entries.length > keys_per_upload_max)
    throw invalidParam(`'${name}' holds more than ${keys_per_upload_max} keys`);
  return entries.map(([full, value]) => {
    const colon = full.indexOf(':');
    if (colon < 1 || full.length > 255) throw invalidParam(`'${name}' is keyed by algorithm and id`);
    if (typeof value !== 'string' && !isJsonObject(value))
      throw badJson(`'${name}' holds a key that is no key`);
    const key = JSON.stringify(value);
    if (Buffer.byteLength(key) > key_bytes_max)
      throw invalidParam(`A key is longer than ${key_bytes_max} bytes`);
    return { algorithm: full.slice(0, colon), keyId: full.slice(colon + 1), key };
  });
}

/** Checks that device keys speak of the device that sends them. @throws MatrixError 400. */
export function readDeviceKeys(value: JsonValue, userId: string, deviceId: string): string {
  if (!isJsonObject(value)) throw badJson("'device_keys' must be an object");
  if (value['user_id'] !== userId || value['device_id'] !== deviceId) {
    throw invalidParam("'device_keys' must name the device that sends them");
  }
  const { algorithms, keys } = value;
  if (!Array.isArray(algorithms) || !algorithms.every((algorithm) => typeof algorithm === 'string')) {
    throw badJson("'algorithms' must be an array of strings");
  }
  if (!isJsonObject(keys) || !Object.values(keys).every((key) => typeof key === 'string')) {
    throw badJson("'keys' must map key ids to keys");
  }
  if (!isJsonObject(value['signatures'])) throw badJson("'signatures' is missing");
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > device_keys_bytes_max) {
    throw invalidParam(`Device keys are at most ${device_keys_bytes_max} bytes`);
  }
  return text;
}
