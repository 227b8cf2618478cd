import decryptItem from 'matrix-js-sdk/lib/utils/decryptAESSecretStorageItem.js';
import encryptItem from 'matrix-js-sdk/lib/utils/encryptAESSecretStorageItem.js';
import { deriveRecoveryKeyFromPassphrase } from 'matrix-js-sdk/lib/crypto-api/key-passphrase.js';
import { decodeRecoveryKey, encodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { MatrixError } from '../errors.ts';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { EngineHost } from './engine-contract.ts';

/**
 * Secret storage (specification, "Secrets", algorithm `m.secret_storage.v1.aes-hmac-sha2`): secrets in the account data,
 * encrypted by a key that only the phrase or the recovery key gives.
 */

const algorithm = 'm.secret_storage.v1.aes-hmac-sha2';
const iterations = 500_000;
const phraseWords = 12;
const zeros = '\0'.repeat(32);

export interface StorageKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface NewStorageKey extends StorageKey {
  readonly words: readonly string[];
  readonly recoveryKey: string;
}

/** Draws a phrase from `words` and makes it the account's default key. */
export async function createStorageKey(
  account: AccountData,
  words: readonly string[],
): Promise<NewStorageKey> {
  const phrase = drawWords(words, phraseWords);
  const salt = randomId(32);
  const bytes = await deriveRecoveryKeyFromPassphrase(phrase.join(' '), salt, iterations);
  const id = randomId(32);
  const { iv, mac } = await encryptItem(zeros, bytes, '');
  await account.put(`m.secret_storage.key.${id}`, {
    algorithm,
    iv,
    mac,
    passphrase: { algorithm: 'm.pbkdf2', iterations, salt, bits: 256 },
  });
  const recoveryKey = encodeRecoveryKey(bytes);
  if (recoveryKey === undefined)
    throw new MatrixError('encryption', 'The recovery key could not be written.');
  return { id, bytes, words: phrase, recoveryKey };
}

/** Makes `key` the one that secrets are read with. Done last, so that an interrupted set-up leaves the old one in force. */
export async function setDefaultKey(account: AccountData, key: StorageKey): Promise<void> {
  await account.put('m.secret_storage.default_key', { key: key.id });
}

/** Whether a recovery phrase or key was ever set up. */
export async function hasStorageKey(account: AccountData): Promise<boolean> {
  return typeof (await account.get('m.secret_storage.default_key'))?.['key'] === 'string';
}

/** Finds the account's key from a phrase or a recovery key. `M_NOT_FOUND` when none is set up, `denied` when it does not fit. */
export async function openStorageKey(account: AccountData, phraseOrKey: string): Promise<StorageKey> {
  const id = (await account.get('m.secret_storage.default_key'))?.['key'];
  const facts = typeof id === 'string' ? await account.get(`m.secret_storage.key.${id}`) : undefined;
  if (typeof id !== 'string' || facts === undefined) {
    throw new MatrixError('server', 'No recovery is set up.', { status: 404, errcode: 'M_NOT_FOUND' });
  }
  if (facts['algorithm'] !== algorithm) {
    throw new MatrixError('encryption', 'The recovery uses an unknown algorithm.');
  }
  for (const bytes of await candidates(facts, phraseOrKey)) {
    if (await fits(facts, bytes)) return { id, bytes };
  }
  throw new MatrixError('denied', 'The phrase or key does not fit.');
}

export async function storeSecret(
  account: AccountData,
  key: StorageKey,
  name: string,
  secret: string,
): Promise<void> {
  const encrypted = await encryptItem(secret, key.bytes, name);
  await account.put(name, { encrypted: { [key.id]: { ...encrypted } } });
}

export async function readSecret(
  account: AccountData,
  key: StorageKey,
  name: string,
): Promise<string | undefined> {
  const byKey = (await account.get(name))?.['encrypted'];
  const item = isObject(byKey) ? byKey[key.id] : undefined;
  if (!isObject(item)) return undefined;
  const { iv, ciphertext, mac } = item;
  if (typeof iv !== 'string' || typeof ciphertext !== 'string' || typeof mac !== 'string') return undefined;
  try {
    return await decryptItem({ iv, ciphertext, mac }, key.bytes, name);
  } catch (cause) {
    throw new MatrixError('encryption', `The stored secret ${name} is damaged.`, { cause });
  }
}

/** The account data of the signed-in user. */
export class AccountData {
  private readonly host: EngineHost;
  private readonly userId: string;

  constructor(host: EngineHost, userId: string) {
    this.host = host;
    this.userId = userId;
  }

  async get(type: string): Promise<JsonBody | undefined> {
    try {
      return await this.host.request('GET', this.path(type));
    } catch (thrown) {
      if (thrown instanceof MatrixError && thrown.status === 404) return undefined;
      throw thrown;
    }
  }

  async put(type: string, content: JsonBody): Promise<void> {
    await this.host.request('PUT', this.path(type), content);
  }

  private path(type: string): string {
    const user = encodeURIComponent(this.userId);
    return `/_matrix/client/v3/user/${user}/account_data/${encodeURIComponent(type)}`;
  }
}

async function candidates(facts: JsonBody, phraseOrKey: string): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  const typed = phraseOrKey.normalize('NFC').trim();
  try {
    found.push(decodeRecoveryKey(typed));
  } catch {
    found.length = 0; // Not a recovery key, so it is meant as a phrase.
  }
  const passphrase = facts['passphrase'];
  if (isObject(passphrase) && typeof passphrase['salt'] === 'string') {
    const rounds = typeof passphrase['iterations'] === 'number' ? passphrase['iterations'] : iterations;
    const bits = typeof passphrase['bits'] === 'number' ? passphrase['bits'] : 256;
    const phrase = typed.replaceAll(/\s+/gu, ' ');
    found.push(await deriveRecoveryKeyFromPassphrase(phrase, passphrase['salt'], rounds, bits));
  }
  return found;
}

async function fits(facts: JsonBody, bytes: Uint8Array): Promise<boolean> {
  const { iv, mac } = facts;
  if (typeof iv !== 'string' || typeof mac !== 'string') return true; // Old keys have no proof; reading will tell.
  const proof = await encryptItem(zeros, bytes, '', iv);
  return proof.mac.replace(/=+$/, '') === mac.replace(/=+$/, '');
}

/** `count` words, each drawn evenly. */
export function drawWords(words: readonly string[], count: number): string[] {
  if (new Set(words).size < 256)
    throw new MatrixError('encryption', 'The list has fewer than 256 different words.');
  const limit = Math.floor(0x1_0000_0000 / words.length) * words.length;
  const drawn: string[] = [];
  const number = new Uint32Array(1);
  while (drawn.length < count) {
    crypto.getRandomValues(number);
    const value = number[0] ?? limit;
    const word = words[value % words.length];
    if (value < limit && word !== undefined) drawn.push(word);
  }
  return drawn;
}

function randomId(length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte % 64]).join('');
}
