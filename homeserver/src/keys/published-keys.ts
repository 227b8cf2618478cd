import type { JsonObject } from '@majlis/protocol';
import { isJsonObject, setOwn } from '@majlis/protocol';
import type { KeySignature, Storage } from '@majlis/storage';

/** The answer to `/keys/query` for users of this server. */
export interface PublishedKeys {
  readonly device_keys: Record<string, Record<string, JsonObject>>;
  readonly master_keys: Record<string, JsonObject>;
  readonly self_signing_keys: Record<string, JsonObject>;
  readonly user_signing_keys: Record<string, JsonObject>;
}

/**
 * Device and cross-signing keys with the signatures that the viewer may see: those of the keys' owner and the viewer's
 * own. The user-signing key is shown to its owner only.
 */
export async function publishedKeys(
  storage: Storage,
  viewer: string,
  wanted: ReadonlyArray<{ userId: string; deviceIds: readonly string[] }>,
): Promise<PublishedKeys> {
  const userIds = wanted.map(({ userId }) => userId);
  const [devices, crossSigning, signatures] = await Promise.all([
    storage.encryption.deviceKeys(wanted),
    storage.encryption.crossSigningKeys(userIds),
    storage.encryption.keySignatures(userIds),
  ]);
  const visible = signatures.filter(({ signer, target }) => signer === viewer || signer === target);
  const result: PublishedKeys = {
    device_keys: Object.fromEntries(userIds.map((userId) => [userId, {}])),
    master_keys: {},
    self_signing_keys: {},
    user_signing_keys: {},
  };
  for (const row of devices) {
    const keys = withSignatures(row.keys, row.userId, row.deviceId, visible);
    const named = row.displayName === null ? {} : { device_display_name: row.displayName };
    const own = (result.device_keys[row.userId] ??= {});
    setOwn(own, row.deviceId, { ...keys, unsigned: named });
  }
  for (const row of crossSigning) {
    if (row.usage === 'user_signing' && row.userId !== viewer) continue;
    const key = JSON.parse(row.key) as JsonObject;
    const publicKey = publicPart(key) ?? '';
    result[`${row.usage}_keys`][row.userId] = withSignatures(row.key, row.userId, publicKey, visible);
  }
  return result;
}

/** The one public key of a cross-signing key object. */
export function publicPart(key: JsonObject): string | undefined {
  const keys = key['keys'];
  const value = isJsonObject(keys) ? Object.values(keys)[0] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function withSignatures(
  text: string,
  userId: string,
  keyId: string,
  signatures: readonly KeySignature[],
): JsonObject {
  const key = JSON.parse(text) as JsonObject;
  const merged: JsonObject = isJsonObject(key['signatures']) ? { ...key['signatures'] } : {};
  for (const { signer, signerKeyId, target, targetKeyId, signature } of signatures) {
    if (target !== userId || targetKeyId !== keyId) continue;
    const own = merged[signer];
    merged[signer] = { ...(isJsonObject(own) ? own : {}), [signerKeyId]: signature };
  }
  return { ...key, signatures: merged };
}
