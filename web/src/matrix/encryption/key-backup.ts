import { BackupDecryptionKey, RoomId } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { OlmMachine } from '@matrix-org/matrix-sdk-crypto-wasm';
import { asMatrixError, MatrixError } from '../errors.ts';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { BackupState } from './contract.ts';
import type { EngineHost } from './engine-contract.ts';
import type { MachineRequests } from './machine-requests.ts';

const algorithm = 'm.megolm_backup.v1.curve25519-aes-sha2';
const path = '/_matrix/client/v3/room_keys';
/** A key that the backup lacks may be put there by another device later. Milliseconds. */
const askAgainAfter = 300_000;

interface BackupOnServer {
  readonly version: string;
  readonly publicKey: string;
}

/** Keeps the message keys on the server, encrypted so that only this account's devices and its recovery phrase can read them. */
export class KeyBackup {
  private readonly machine: OlmMachine;
  private readonly requests: MachineRequests;
  private readonly host: EngineHost;
  private state: BackupState = { is: 'unknown', total: 0, saved: 0 };
  private saving: Promise<void> | undefined;
  private saveAgain = false;
  /** The last saving failed. */
  private unsaved = false;
  /** When the key of a session was asked for last. */
  private readonly asked = new Map<string, number>();
  private readonly now: () => number;

  constructor(machine: OlmMachine, requests: MachineRequests, host: EngineHost, now: () => number) {
    this.machine = machine;
    this.requests = requests;
    this.host = host;
    this.now = now;
  }

  /** Whether nothing of the backup is missing here: it is in use, or there is none. */
  get settled(): boolean {
    return this.state.is === 'on' || this.state.is === 'none';
  }

  /** Finds out whether the server has a backup and this device its key, and starts saving if so. */
  async check(): Promise<void> {
    const current = await this.onServer();
    if (current === undefined) {
      if (await this.machine.isBackupEnabled()) await this.machine.disableBackup();
      await this.publish('none');
      return;
    }
    const keys = await this.machine.getBackupKeys();
    const fits = keys.decryptionKey?.megolmV1PublicKey.publicKeyBase64 === current.publicKey;
    if (!fits || keys.decryptionKey === undefined) {
      if (await this.machine.isBackupEnabled()) await this.machine.disableBackup();
      await this.publish('locked');
      return;
    }
    if (keys.backupVersion !== current.version) {
      await this.machine.saveBackupDecryptionKey(keys.decryptionKey, current.version);
    }
    await this.machine.enableBackupV1(current.publicKey, current.version);
    await this.publish('on');
    this.saveSoon();
  }

  /** Makes a backup if the account has none that this device can use. Answers its private key, base64. */
  async ensure(): Promise<string> {
    await this.check();
    if (this.state.is !== 'on') await this.create();
    const keys = await this.machine.getBackupKeys();
    if (keys.decryptionKeyBase64 === undefined) {
      throw new MatrixError('encryption', 'The backup was made without a key.');
    }
    return keys.decryptionKeyBase64;
  }

  /** Takes the backup's private key (from secret storage or another device). False when it is not that of the current backup. */
  async unlock(keyBase64: string): Promise<boolean> {
    const current = await this.onServer();
    if (current === undefined) return false;
    const key = BackupDecryptionKey.fromBase64(keyBase64);
    if (key.megolmV1PublicKey.publicKeyBase64 !== current.publicKey) return false;
    await this.machine.saveBackupDecryptionKey(key, current.version);
    await this.machine.enableBackupV1(current.publicKey, current.version);
    await this.publish('on');
    await this.restoreAll();
    this.saveSoon();
    return true;
  }

  /** Fetches the key of one session, unless it was asked for a moment ago. Answers whether it came. */
  async fetchSession(roomId: string, sessionId: string): Promise<boolean> {
    const name = `${roomId} ${sessionId}`;
    const now = this.now();
    if (this.state.is !== 'on' || now < (this.asked.get(name) ?? 0) + askAgainAfter) return false;
    this.asked.set(name, now);
    const version = (await this.machine.getBackupKeys()).backupVersion;
    if (version === undefined) return false;
    try {
      const place = `${encodeURIComponent(roomId)}/${encodeURIComponent(sessionId)}`;
      const query = `?version=${encodeURIComponent(version)}`;
      const data = await this.host.request('GET', `${path}/keys/${place}${query}`);
      const rooms = { [roomId]: { sessions: { [sessionId]: data } } };
      return (await this.import(rooms, version, () => undefined)) > 0;
    } catch (thrown) {
      if (thrown instanceof MatrixError && thrown.status === 404) return false;
      this.asked.delete(name);
      throw thrown;
    }
  }

  /** New message keys came: save them in a moment. */
  saveSoon(): void {
    if (this.saving !== undefined) {
      this.saveAgain = true;
      return;
    }
    this.saving = this.saveAll()
      .catch((thrown: unknown) => {
        this.unsaved = true;
        console.warn('Message keys were not saved.', asMatrixError(thrown, 'encryption').message);
      })
      .finally(() => {
        this.saving = undefined;
        if (this.saveAgain) this.saveSoon();
      });
  }

  /** The server answers again: save what could not be saved, or may be failing just now. */
  saveUnsaved(): void {
    if (this.unsaved || this.saving !== undefined) this.saveSoon();
  }

  private async saveAll(): Promise<void> {
    this.saveAgain = false;
    this.unsaved = false;
    if (!(await this.machine.isBackupEnabled())) return;
    for (;;) {
      const request = await this.machine.backupRoomKeys();
      if (request === undefined) break;
      try {
        await this.requests.send(request);
      } catch (thrown) {
        const error = asMatrixError(thrown, 'network');
        const replaced = error.errcode === 'M_WRONG_ROOM_KEYS_VERSION' || error.status === 404;
        if (!replaced) throw error;
        await this.check();
        return;
      }
      await this.publish(this.state.is);
    }
    await this.publish(this.state.is);
  }

  private async create(): Promise<void> {
    const key = BackupDecryptionKey.createRandomKey();
    const publicKey = key.megolmV1PublicKey.publicKeyBase64;
    const authData: Record<string, unknown> = { public_key: publicKey };
    const signatures = await this.machine.sign(JSON.stringify(authData));
    authData['signatures'] = JSON.parse(signatures.asJSON());
    const answer = await this.host.request('POST', `${path}/version`, { algorithm, auth_data: authData });
    const version = answer['version'];
    if (typeof version !== 'string') throw new MatrixError('protocol', 'The backup has no version.');
    await this.machine.disableBackup();
    await this.machine.saveBackupDecryptionKey(key, version);
    await this.machine.enableBackupV1(publicKey, version);
    await this.publish('on');
    this.saveSoon();
  }

  private async onServer(): Promise<BackupOnServer | undefined> {
    let answer: JsonBody;
    try {
      answer = await this.host.request('GET', `${path}/version`);
    } catch (thrown) {
      if (thrown instanceof MatrixError && thrown.status === 404) return undefined;
      throw thrown;
    }
    const { version, auth_data: authData } = answer;
    const publicKey = isObject(authData) ? authData['public_key'] : undefined;
    if (answer['algorithm'] !== algorithm || typeof version !== 'string' || typeof publicKey !== 'string') {
      return undefined;
    }
    return { version, publicKey };
  }

  private async restoreAll(): Promise<void> {
    const version = (await this.machine.getBackupKeys()).backupVersion;
    if (version === undefined) return;
    const answer = await this.host.request('GET', `${path}/keys?version=${encodeURIComponent(version)}`);
    const rooms = answer['rooms'];
    if (isObject(rooms)) {
      await this.import(rooms, version, (done, total) => this.tellProgress(Number(done), Number(total)));
    }
    await this.publish('on');
  }

  /** Answers how many keys are here now that could be opened, whether or not they were here before. */
  private async import(
    rooms: JsonBody,
    version: string,
    progress: (done: bigint, total: bigint) => void,
  ): Promise<number> {
    const key = (await this.machine.getBackupKeys()).decryptionKey;
    if (key === undefined) return 0;
    const readable = new Map<RoomId, Map<string, unknown>>();
    let found = 0;
    for (const [roomId, room] of Object.entries(rooms)) {
      const sessions = isObject(room) ? room['sessions'] : undefined;
      if (!isObject(sessions)) continue;
      const opened = new Map<string, unknown>();
      for (const [sessionId, session] of Object.entries(sessions)) {
        const data = openSession(key, session);
        if (data !== undefined) opened.set(sessionId, { ...data, room_id: roomId, session_id: sessionId });
      }
      found += opened.size;
      if (opened.size > 0) readable.set(new RoomId(roomId), opened);
    }
    if (found === 0) return 0;
    await this.machine.importBackedUpRoomKeys(readable, progress, version);
    return found;
  }

  private tellProgress(done: number, of: number): void {
    this.host.emit({ is: 'backup', state: { ...this.state, restoring: { done, of } } });
  }

  private async publish(is: BackupState['is']): Promise<void> {
    const counts = await this.machine.roomKeyCounts();
    this.state = { is, total: counts.total, saved: counts.backedUp };
    this.host.emit({ is: 'backup', state: this.state });
  }
}

/** One key of the backup, or undefined when it is damaged: the others must still come. */
function openSession(key: BackupDecryptionKey, session: unknown): JsonBody | undefined {
  const data = isObject(session) ? session['session_data'] : undefined;
  if (!isObject(data)) return undefined;
  const { ephemeral, mac, ciphertext } = data;
  if (typeof ephemeral !== 'string' || typeof mac !== 'string' || typeof ciphertext !== 'string')
    return undefined;
  try {
    return JSON.parse(key.decryptV1(ephemeral, mac, ciphertext)) as JsonBody;
  } catch (thrown) {
    console.warn('A key of the backup is damaged.', thrown instanceof Error ? thrown.message : thrown);
    return undefined;
  }
}
