import { DeviceId, OwnUserIdentity, UserId } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { CrossSigningKeyExport, OlmMachine } from '@matrix-org/matrix-sdk-crypto-wasm';
import { MatrixError } from '../errors.ts';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { IdentityState, RecoverySecret } from './contract.ts';
import type { DeviceTrust, EngineHost } from './engine-contract.ts';
import type { KeyBackup } from './key-backup.ts';
import type { MachineRequests } from './machine-requests.ts';
import {
  AccountData,
  createStorageKey,
  hasStorageKey,
  openStorageKey,
  readSecret,
  setDefaultKey,
  storeSecret,
} from './secret-storage.ts';

const secrets = {
  master: 'm.cross_signing.master',
  selfSigning: 'm.cross_signing.self_signing',
  userSigning: 'm.cross_signing.user_signing',
  backup: 'm.megolm_backup.v1',
} as const;

/** The account's identity (cross-signing), its recovery, and which devices belong to it. */
export class Identity {
  private readonly machine: OlmMachine;
  private readonly requests: MachineRequests;
  private readonly host: EngineHost;
  private readonly backup: KeyBackup;
  private readonly ownId: string;
  private readonly deviceId: string;
  private readonly account: AccountData;
  private state: IdentityState = 'unknown';
  private signed = false;
  /**
   * Until a new identity and its signature of this device are on the server nothing is told: it would look like a stranger. In between the
   * server may want the password.
   */
  private making = false;
  /** The server has no identity of the account. One that is here all the same was made but never reached it: nobody else knows it. */
  private missing = false;
  /** The keys of the identity in whose place another one is being made. */
  private before: CrossSigningKeyExport | undefined;

  constructor(
    machine: OlmMachine,
    requests: MachineRequests,
    host: EngineHost,
    backup: KeyBackup,
    own: { readonly userId: string; readonly deviceId: string },
  ) {
    this.machine = machine;
    this.requests = requests;
    this.host = host;
    this.backup = backup;
    this.ownId = own.userId;
    this.deviceId = own.deviceId;
    this.account = new AccountData(host, own.userId);
  }

  /** Asks the server for the own keys and tells what this device is to the account. */
  async check(): Promise<void> {
    const answer = await this.requests.send(this.machine.queryKeysForUsers([new UserId(this.ownId)]));
    const masters = answer?.['master_keys'];
    this.missing = !(isObject(masters) && masters[this.ownId] !== undefined);
    await this.takeBack();
    await this.publish();
    const recovery = (await hasStorageKey(this.account)) ? 'set' : 'none';
    this.host.emit({ is: 'recovery', state: recovery });
  }

  async publish(): Promise<void> {
    if (this.making) return;
    const identity = await this.machine.getIdentity(new UserId(this.ownId));
    const complete = await this.isComplete();
    this.signed = (await this.ownDevice())?.isCrossSignedByOwner() === true;
    this.state =
      identity === undefined || this.missing ? 'none' : complete && this.signed ? 'here' : 'elsewhere';
    this.host.emit({ is: 'identity', state: this.state });
    this.host.emit({ is: 'ownDevices', devices: await this.devices() });
  }

  async create(auth: JsonBody | undefined): Promise<void> {
    this.making = true;
    this.before ??= await this.machine.exportCrossSigningKeys();
    await this.make(auth);
    this.before = undefined;
    this.making = false;
    await this.check();
  }

  /** The making was refused for good. */
  async giveUp(): Promise<void> {
    this.making = false;
    await this.check();
    await this.finishMaking();
  }

  /** The server kept the identity that was to be replaced, and the machine has dropped the refused one for it: its keys come back. */
  private async takeBack(): Promise<void> {
    const { before } = this;
    if (this.making || before === undefined) return;
    this.before = undefined;
    if (this.missing || (await this.isComplete())) return;
    const { masterKey, self_signing_key: selfSigning, userSigningKey } = before;
    if (masterKey === undefined || selfSigning === undefined || userSigningKey === undefined) return;
    await this.machine.importCrossSigningKeys(masterKey, selfSigning, userSigningKey);
  }

  private async make(auth: JsonBody | undefined): Promise<void> {
    // After the server's wish to authenticate, the same keys are offered again.
    const made = await this.machine.bootstrapCrossSigning(auth === undefined);
    if (made.uploadKeysRequest !== undefined) await this.requests.send(made.uploadKeysRequest);
    const keys = JSON.parse(made.uploadSigningKeysRequest.body) as JsonBody;
    await this.host.request(
      'POST',
      '/_matrix/client/v3/keys/device_signing/upload',
      auth === undefined ? keys : { ...keys, auth },
    );
    await this.requests.send(made.uploadSignaturesRequest);
    await this.requests.flush();
  }

  async setUpRecovery(words: readonly string[]): Promise<RecoverySecret> {
    // Keys that never reached the server, or have not yet, are worth nothing on paper.
    const known = !this.missing && !this.making;
    const keys = known ? await this.machine.exportCrossSigningKeys() : undefined;
    const { masterKey, self_signing_key: selfSigning, userSigningKey } = keys ?? {};
    if (masterKey === undefined || selfSigning === undefined || userSigningKey === undefined) {
      throw new MatrixError('encryption', 'This device does not hold the identity of the account.');
    }
    const backupKey = await this.backup.ensure();
    const key = await createStorageKey(this.account, words);
    await storeSecret(this.account, key, secrets.master, masterKey);
    await storeSecret(this.account, key, secrets.selfSigning, selfSigning);
    await storeSecret(this.account, key, secrets.userSigning, userSigningKey);
    await storeSecret(this.account, key, secrets.backup, backupKey);
    await setDefaultKey(this.account, key);
    this.host.emit({ is: 'recovery', state: 'set' });
    return { words: key.words, key: key.recoveryKey };
  }

  async recover(phraseOrKey: string): Promise<void> {
    const key = await openStorageKey(this.account, phraseOrKey);
    const read = (name: string) => readSecret(this.account, key, name);
    const master = await read(secrets.master);
    const selfSigning = await read(secrets.selfSigning);
    const userSigning = await read(secrets.userSigning);
    if (master !== undefined && selfSigning !== undefined && userSigning !== undefined) {
      await this.requests.send(this.machine.queryKeysForUsers([new UserId(this.ownId)]));
      await this.machine.importCrossSigningKeys(master, selfSigning, userSigning);
      await this.signThisDevice();
    }
    const backupKey = await read(secrets.backup);
    if (backupKey !== undefined) await this.backup.unlock(backupKey);
    await this.publish();
  }

  /** Signs this device if it holds the whole identity and is not signed: its making was cut off before the signature went up. */
  async finishMaking(): Promise<void> {
    if (this.making || this.signed || this.state !== 'elsewhere' || !(await this.isComplete())) return;
    await this.signThisDevice();
    await this.publish();
  }

  /** The account vouches for this device, which yet lacks secrets: it was closed in the middle of the questions after a verification. */
  get lacksSecrets(): boolean {
    return this.signed && (this.state !== 'here' || !this.backup.settled);
  }

  /**
   * After a verification with an own device: ask it for the secrets that this one lacks. The other device answers only once it has seen
   * the signature of this one, and an early question is dropped: so it is asked again a few times.
   */
  async askForSecrets(pause: (milliseconds: number) => Promise<void>): Promise<void> {
    for (const milliseconds of [0, 2000, 4000, 8000, 16_000]) {
      await pause(milliseconds);
      await this.publish();
      if (this.state === 'here' && this.backup.settled) return;
      await this.machine.requestMissingSecretsIfNeeded();
      await this.requests.flush();
    }
  }

  async devices(): Promise<DeviceTrust[]> {
    const devices = await this.machine.getUserDevices(new UserId(this.ownId));
    return devices.devices().map((device) => ({
      deviceId: device.deviceId.toString(),
      ...(device.displayName === undefined ? {} : { name: device.displayName }),
      verified: device.isCrossSignedByOwner(),
      firstSeen: Number(device.firstTimeSeen()),
    }));
  }

  async isVerified(userId: string): Promise<boolean> {
    return (await this.machine.getIdentity(new UserId(userId)))?.isVerified() === true;
  }

  /** The user has seen that a person's identity changed and goes on with the new one. */
  async accept(userId: string): Promise<void> {
    const identity = await this.machine.getIdentity(new UserId(userId));
    if (identity === undefined || identity instanceof OwnUserIdentity) return;
    if (identity.hasVerificationViolation()) await identity.withdrawVerification();
    await identity.pinCurrentMasterKey();
  }

  /** Tells when a person's identity is not the one this device knew. */
  async lookAt(userId: string): Promise<void> {
    if (userId === this.ownId) {
      // Another device may have made the identity that was missing.
      await (this.missing ? this.check() : this.publish());
      return;
    }
    const identity = await this.machine.getIdentity(new UserId(userId));
    if (identity === undefined || identity instanceof OwnUserIdentity) return;
    const wasVerified = identity.hasVerificationViolation();
    if (wasVerified || identity.identityNeedsUserApproval()) {
      this.host.emit({ is: 'identityChanged', userId, wasVerified });
    }
  }

  /** Whether this device holds all keys of an identity. */
  private async isComplete(): Promise<boolean> {
    const { hasMaster, hasSelfSigning, hasUserSigning } = await this.machine.crossSigningStatus();
    return hasMaster && hasSelfSigning && hasUserSigning;
  }

  private ownDevice() {
    return this.machine.getDevice(new UserId(this.ownId), new DeviceId(this.deviceId));
  }

  private async signThisDevice(): Promise<void> {
    const device = await this.ownDevice();
    if (device === undefined)
      throw new MatrixError('encryption', 'The server does not know this device yet.');
    await this.requests.send(await device.verify());
    await this.requests.send(this.machine.queryKeysForUsers([new UserId(this.ownId)]));
  }
}
