import { decodeBase64, isJsonObject, isUserId, ownObject, setOwn, verifyJson } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import type { KeySignature } from '@majlis/storage';
import type { PasswordConfirmation } from '../../accounts/password-confirmation.ts';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { badJson, invalidParam } from '../../http/errors.ts';
import { optionalObject } from '../../http/fields.ts';
import { publicPart, publishedKeys } from '../../keys/published-keys.ts';
import type { HomeserverParts } from '../../parts.ts';

const usages = ['master', 'self_signing', 'user_signing'] as const;
const signatures_max = 1_000;

/** Cross-signing keys and signatures (Client-Server API, "Cross-signing"). */
export function crossSigningEndpoints(
  parts: Pick<HomeserverParts, 'storage' | 'crypto'>,
  confirmation: PasswordConfirmation,
): Endpoint[] {
  const { storage } = parts;
  return [
    userEndpoint({
      method: 'POST',
      paths: [
        '/_matrix/client/v3/keys/device_signing/upload',
        '/_matrix/client/unstable/keys/device_signing/upload',
      ],
      async handle({ body, requester }) {
        const { userId } = requester;
        const keys = usages.flatMap((usage) => {
          const key = optionalObject(body, `${usage}_key`);
          return key === undefined ? [] : [{ usage, object: checkKey(key, usage, userId) }];
        });
        const existing = await storage.encryption.crossSigningKeys([userId]);
        const changed = keys.filter(({ usage, object }) => {
          const known = existing.find((row) => row.usage === usage);
          return (
            known === undefined || publicPart(JSON.parse(known.key) as JsonObject) !== publicPart(object)
          );
        });
        // Nothing changes (a repeated upload), or there was nothing yet: no password needed (MSC3967).
        const replaces = existing.some((row) => row.usage === 'master') && changed.length > 0;
        if (replaces) {
          await confirmation.require(body, requester, 'replace cross-signing keys');
        }
        if (changed.length > 0) {
          await storage.encryption.setCrossSigningKeys(
            userId,
            changed.map(({ usage, object }) => ({ usage, key: JSON.stringify(object) })),
          );
        }
        return {};
      },
    }),
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/keys/signatures/upload', '/_matrix/client/unstable/keys/signatures/upload'],
      async handle({ body, requester }) {
        const { accepted, failures } = await checkSignatures(parts, requester.userId, body);
        await storage.encryption.addKeySignatures(accepted);
        return { failures };
      },
    }),
  ];
}

/** @throws MatrixError 400 for a key of somebody else, of another use, or that is not one key. */
function checkKey(key: JsonObject, usage: string, userId: string): JsonObject {
  if (key['user_id'] !== userId) throw invalidParam('A cross-signing key must name its owner');
  if (!Array.isArray(key['usage']) || !key['usage'].includes(usage))
    throw invalidParam(`This is not a ${usage} key`);
  const { keys } = key;
  if (!isJsonObject(keys) || Object.keys(keys).length !== 1 || publicPart(key) === undefined) {
    throw badJson('A cross-signing key holds exactly one key');
  }
  if (JSON.stringify(key).length > 8_192)
    throw invalidParam('A cross-signing key is at most 8,192 characters');
  return key;
}

interface CheckedSignatures {
  readonly accepted: KeySignature[];
  readonly failures: Record<string, JsonObject>;
}

/** Keeps the signatures of the requester that really sign the keys they are said to sign. */
async function checkSignatures(
  parts: Pick<HomeserverParts, 'storage' | 'crypto'>,
  signer: string,
  body: JsonObject,
): Promise<CheckedSignatures> {
  const accepted: KeySignature[] = [];
  const failures: Record<string, JsonObject> = {};
  const fail = (target: string, keyId: string, errcode: string, error: string): void => {
    const ofUser = (failures[target] ??= {});
    setOwn(ofUser, keyId, { errcode, error });
  };
  const targets = Object.keys(body).filter(isUserId);
  const published = await publishedKeys(
    parts.storage,
    signer,
    [...new Set([...targets, signer])].map((userId) => ({ userId, deviceIds: [] })),
  );
  for (const target of targets) {
    const objects = body[target];
    if (!isJsonObject(objects)) throw badJson('Signatures map users to keys to signed objects');
    for (const [keyId, object] of Object.entries(objects)) {
      if (accepted.length > signatures_max)
        throw invalidParam(`At most ${signatures_max} signatures at once`);
      const known = knownKey(published, target, keyId);
      if (!isJsonObject(object) || known === undefined) {
        fail(target, keyId, 'M_NOT_FOUND', 'There is no such key');
        continue;
      }
      const found = readSignatures(object, signer);
      const signed = { ...object, signatures: object['signatures'] ?? {} };
      const same = sameKeys(known, object);
      for (const [signerKeyId, signature] of found) {
        const publicKey = signerKey(published, signer, signerKeyId);
        const valid =
          same && publicKey !== undefined && verifyJson(signed, signer, signerKeyId, publicKey, parts.crypto);
        if (valid) accepted.push({ signer, signerKeyId, target, targetKeyId: keyId, signature });
        else fail(target, keyId, 'M_INVALID_SIGNATURE', 'The signature does not match');
      }
    }
  }
  return { accepted, failures };
}

type Published = Awaited<ReturnType<typeof publishedKeys>>;

function knownKey(published: Published, userId: string, keyId: string): JsonObject | undefined {
  const device = ownObject(published.device_keys[userId] ?? {}, keyId);
  if (device !== undefined) return device;
  const own = [
    published.master_keys[userId],
    published.self_signing_keys[userId],
    published.user_signing_keys[userId],
  ];
  return own.find((key) => key !== undefined && publicPart(key) === keyId);
}

/** The public part of the key that a signature was made with: a device's or a cross-signing key of the signer. */
function signerKey(published: Published, signer: string, signerKeyId: string): Uint8Array | undefined {
  const id = signerKeyId.slice('ed25519:'.length);
  const device = ownObject(published.device_keys[signer] ?? {}, id);
  const key = device ?? knownKey(published, signer, id);
  const keys = key?.['keys'];
  const value = isJsonObject(keys) ? keys[signerKeyId] : undefined;
  return typeof value === 'string' ? decodeBase64(value) : undefined;
}

function sameKeys(known: JsonObject, object: JsonObject): boolean {
  const [left, right] = [known['keys'], object['keys']];
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

function readSignatures(object: JsonObject, signer: string): Array<[string, string]> {
  const { signatures } = object;
  const own = isJsonObject(signatures) ? signatures[signer] : undefined;
  if (!isJsonObject(own)) return [];
  return Object.entries(own).flatMap(([keyId, signature]) =>
    typeof signature === 'string' && keyId.startsWith('ed25519:')
      ? [[keyId, signature] as [string, string]]
      : [],
  );
}
