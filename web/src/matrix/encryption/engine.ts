import {
  Attachment,
  DeviceId,
  DeviceLists,
  EncryptedAttachment,
  initAsync,
  OlmMachine,
  ProcessedToDeviceEventType,
  RoomId,
  UserId,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type { DecryptedToDeviceEvent, Device, RoomKeyInfo } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { DeviceAddress, DeviceMessage, JsonContent } from '../door.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import { isObject, wait } from '../http.ts';
import type { JsonBody } from '../http.ts';
import { Turns } from '../turns.ts';
import type { EncryptedFile } from '../timeline/items.ts';
import type { RawEvent } from '../timeline/log.ts';
import type { RecoverySecret } from './contract.ts';
import type {
  CryptoDelivery,
  DecryptionOutcome,
  DeviceTrust,
  EncryptedRoom,
  EncryptionEngine,
  EngineHost,
  EngineStart,
} from './engine-contract.ts';
import { Identity } from './identity.ts';
import { KeyBackup } from './key-backup.ts';
import { MachineRequests } from './machine-requests.ts';
import { clearEvent, encryptionSettings, failureOf, trust, users } from './machine-values.ts';
import { VerificationFlows } from './verification-flows.ts';

interface Running {
  readonly machine: OlmMachine;
  readonly requests: MachineRequests;
  readonly backup: KeyBackup;
  readonly identity: Identity;
  readonly verifications: VerificationFlows;
  readonly own: EngineStart;
}

/** The crypto machine of one device. Lives in a worker; in tests beside the client. */
export class MachineEngine implements EncryptionEngine {
  private readonly host: EngineHost;
  private parts: Running | undefined;
  /** Sharing keys and encrypting go one after another: the machine asks for it. */
  private readonly turns = new Turns();
  private transaction = 0;
  /** People whose devices were asked for since the start. */
  private readonly known = new Set<string>();
  private readonly ended = new AbortController();
  private settling: Promise<void> | undefined;
  private settled = false;

  private readonly loadModule: () => Promise<void>;
  private readonly now: () => number;

  /** `loadModule` makes the library ready to use; its own way by default. */
  constructor(host: EngineHost, loadModule: () => Promise<void> = initAsync, now = () => Date.now()) {
    this.host = host;
    this.loadModule = loadModule;
    this.now = now;
  }

  async start(own: EngineStart): Promise<void> {
    await this.loadModule();
    const machine = await OlmMachine.initialize(
      new UserId(own.userId),
      new DeviceId(own.deviceId),
      own.storeName,
      undefined,
      silentLogger,
    );
    const requests = new MachineRequests(machine, this.host);
    const backup = new KeyBackup(machine, requests, this.host, this.now);
    const identity = new Identity(machine, requests, this.host, backup, own);
    const verifications = new VerificationFlows(machine, requests, this.host, own.userId, () =>
      this.askForSecrets(identity),
    );
    this.parts = { machine, requests, backup, identity, verifications, own };
    this.listen(this.parts);
    this.settleSoon();
  }

  async stop(): Promise<void> {
    const parts = this.parts;
    this.parts = undefined;
    this.ended.abort();
    parts?.requests.stop();
    parts?.machine.close();
  }

  async receive(delivery: CryptoDelivery): Promise<readonly DeviceMessage[]> {
    const { machine, requests, verifications, backup } = this.running();
    if (delivery.anyDeviceMayHaveChanged === true) await machine.markAllTrackedUsersAsDirty();
    const counts = new Map(Object.entries(delivery.oneTimeKeys ?? {}));
    const fallback = delivery.unusedFallbackKeys;
    const processed = await machine.receiveSyncChangesMsc4186(
      JSON.stringify(delivery.toDevice),
      new DeviceLists(users(delivery.changed), users(delivery.left)),
      counts,
      fallback === undefined ? undefined : new Set(fallback),
      trust(),
    );
    const messages: DeviceMessage[] = [];
    for (const event of processed) {
      const raw = JSON.parse(event.rawEvent) as JsonBody;
      const decrypted = event.type === ProcessedToDeviceEventType.Decrypted;
      if (decrypted || event.type === ProcessedToDeviceEventType.PlainText) verifications.noticeEvent(raw);
      if (decrypted) {
        const message = await this.deviceMessage(event as DecryptedToDeviceEvent, raw);
        if (message !== undefined) messages.push(message);
      }
    }
    this.background(requests.flush().then(() => verifications.finish()));
    backup.saveUnsaved();
    this.settleSoon();
    return messages;
  }

  async decrypt(roomId: string, events: readonly RawEvent[]): Promise<readonly DecryptionOutcome[]> {
    await this.getToKnow(events.map((event) => event.sender));
    const outcomes: DecryptionOutcome[] = [];
    for (const event of events) outcomes.push(await this.decryptOne(roomId, event));
    return outcomes;
  }

  encrypt(room: EncryptedRoom, type: string, content: JsonBody): Promise<JsonBody> {
    return this.turns.run(async () => {
      const { machine } = this.running();
      await this.shareRoomKey(room);
      const encrypted = await machine.encryptRoomEvent(
        new RoomId(room.roomId),
        type,
        JSON.stringify(content),
      );
      return JSON.parse(encrypted) as JsonBody;
    });
  }

  async encryptFile(
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; file: Omit<EncryptedFile, 'url'> }> {
    const encrypted = Attachment.encrypt(bytes);
    const info = encrypted.mediaEncryptionInfo;
    if (info === undefined) throw new MatrixError('encryption', 'The file was encrypted without a key.');
    const file = JSON.parse(info) as Omit<EncryptedFile, 'url'>;
    return { bytes: new Uint8Array(encrypted.encryptedData), file };
  }

  async decryptFile(bytes: Uint8Array<ArrayBuffer>, file: EncryptedFile): Promise<Uint8Array<ArrayBuffer>> {
    const { url: _url, ...info } = file;
    try {
      return new Uint8Array(Attachment.decrypt(new EncryptedAttachment(bytes, JSON.stringify(info))));
    } catch (thrown) {
      throw asMatrixError(thrown, 'encryption');
    }
  }

  sendToDevices(
    targets: readonly DeviceAddress[],
    type: string,
    content: JsonContent,
  ): Promise<readonly DeviceAddress[]> {
    return this.turns.run(async () => {
      const userIds = [...new Set(targets.map((target) => target.userId))];
      await this.openSessions(userIds);
      const messages: Record<string, Record<string, unknown>> = {};
      const unreachable: DeviceAddress[] = [];
      for (const target of targets) {
        const sealed = await this.sealFor(target, type, content);
        if (sealed === undefined) unreachable.push(target);
        else (messages[target.userId] ??= {})[target.deviceId] = sealed;
      }
      if (Object.keys(messages).length > 0) await this.sendEncrypted(messages);
      return unreachable;
    });
  }

  sendToPeople(userIds: readonly string[], type: string, content: JsonContent): Promise<void> {
    return this.turns.run(async () => {
      const { machine, own } = this.running();
      await this.openSessions(userIds);
      const messages: Record<string, Record<string, unknown>> = {};
      for (const userId of userIds) {
        for (const device of (await machine.getUserDevices(new UserId(userId))).devices()) {
          const deviceId = device.deviceId.toString();
          const self = userId === own.userId && deviceId === own.deviceId;
          if (self || !device.isCrossSignedByOwner()) continue;
          const sealed = await this.sealFor({ userId, deviceId }, type, content);
          if (sealed !== undefined) (messages[userId] ??= {})[deviceId] = sealed;
        }
      }
      if (Object.keys(messages).length > 0) await this.sendEncrypted(messages);
    });
  }

  createIdentity(auth: JsonBody | undefined): Promise<void> {
    return this.running().identity.create(auth);
  }

  async giveUpIdentity(): Promise<void> {
    const { identity } = this.running();
    const { settled } = this;
    // Without the network it is found out with the next answer of sync.
    this.settled = false;
    await identity.giveUp();
    this.settled = settled;
  }

  setUpRecovery(words: readonly string[]): Promise<RecoverySecret> {
    return this.running().identity.setUpRecovery(words);
  }

  recover(phraseOrKey: string): Promise<void> {
    return this.running().identity.recover(phraseOrKey);
  }

  acceptIdentity(userId: string): Promise<void> {
    return this.running().identity.accept(userId);
  }

  isVerified(userId: string): Promise<boolean> {
    return this.running().identity.isVerified(userId);
  }

  async fingerprint(): Promise<string> {
    return this.running().machine.identityKeys.ed25519.toBase64();
  }

  async ownDevices(): Promise<readonly DeviceTrust[]> {
    const { identity } = this.running();
    await identity.check();
    return identity.devices();
  }

  verifyOwnDevices(deviceId: string | undefined): Promise<string> {
    return this.running().verifications.withOwnDevices(deviceId);
  }

  verifyPerson(userId: string, roomId: string): Promise<string> {
    return this.running().verifications.withPerson(userId, roomId);
  }

  verificationStep(
    id: string,
    step: 'accept' | 'confirm' | 'mismatch' | 'cancel' | 'dismiss',
  ): Promise<void> {
    return this.running().verifications.step(id, step);
  }

  async receiveVerificationEvent(roomId: string, event: JsonBody): Promise<void> {
    const { machine, verifications, requests } = this.running();
    await machine.receiveVerificationEvent(JSON.stringify(event), new RoomId(roomId));
    verifications.noticeEvent(event);
    this.background(requests.flush().then(() => verifications.finish()));
  }

  private running(): Running {
    if (this.parts === undefined) throw new MatrixError('encryption', 'Encryption has not started.');
    return this.parts;
  }

  private listen({ machine, backup, identity, own }: Running): void {
    machine.registerRoomKeyUpdatedCallback(async (keys: RoomKeyInfo[]) => {
      const sessions = keys.map((key) => ({ roomId: key.roomId.toString(), sessionId: key.sessionId }));
      this.later(async () => {
        this.host.emit({ is: 'roomKeys', sessions });
        backup.saveSoon();
      });
    });
    machine.registerUserIdentityUpdatedCallback(async (userId: UserId) => {
      const id = userId.toString();
      this.later(async () => {
        this.host.emit({ is: 'peopleChanged', userIds: [id] });
        await identity.lookAt(id);
      });
    });
    machine.registerDevicesUpdatedCallback(async (userIds: string[]) => {
      this.later(async () => {
        this.host.emit({ is: 'peopleChanged', userIds });
        if (userIds.includes(own.userId)) await identity.publish();
      });
    });
    machine.registerReceiveSecretCallback(async (name: string, value: string) => {
      this.later(() => this.takeSecret(name, value));
    });
  }

  /** Settles, unless that is done or under way. It is tried again with the next answer of sync when the network failed. */
  private settleSoon(): void {
    const { parts } = this;
    if (this.settled || this.settling !== undefined || parts === undefined) return;
    this.settling = this.settle(parts).finally(() => {
      this.settling = undefined;
    });
    this.background(this.settling);
  }

  /** What a start has to catch up with: own keys on the server, secrets that came, the state of identity and backup. */
  private async settle({ machine, requests, backup, identity }: Running): Promise<void> {
    await requests.flush();
    await identity.check();
    await identity.finishMaking();
    await backup.check();
    for (const value of await machine.getSecretsFromInbox(backupSecret)) {
      await this.takeSecret(backupSecret, value);
    }
    await identity.publish();
    if (identity.lacksSecrets) this.askForSecrets(identity);
    this.settled = true;
  }

  private askForSecrets(identity: Identity): void {
    this.background(identity.askForSecrets((milliseconds) => wait(milliseconds, this.ended.signal)));
  }

  private async takeSecret(name: string, value: string): Promise<void> {
    if (name !== backupSecret) return;
    const { machine, backup, identity } = this.running();
    if (await backup.unlock(value)) await machine.deleteSecretsFromInbox(name);
    await identity.publish();
  }

  private async decryptOne(roomId: string, event: RawEvent): Promise<DecryptionOutcome> {
    const first = await this.tryDecrypt(roomId, event);
    if (first.clear !== undefined || (first.failed !== 'noKey' && first.failed !== 'beforeThisDevice'))
      return first;
    const sessionId = event.content['session_id'];
    if (typeof sessionId !== 'string') return first;
    try {
      const came = await this.running().backup.fetchSession(roomId, sessionId);
      return came ? await this.tryDecrypt(roomId, event) : first;
    } catch (thrown) {
      if (thrown instanceof MatrixError) return first; // The backup cannot be asked now; the key may still come.
      throw thrown;
    }
  }

  /** Asks for the devices of people met for the first time: without them nothing can be said about who wrote a message. */
  private async getToKnow(userIds: readonly string[]): Promise<void> {
    const { machine, requests } = this.running();
    const strangers = [...new Set(userIds)].filter((userId) => !this.known.has(userId));
    if (strangers.length === 0) return;
    for (const userId of strangers) this.known.add(userId);
    await machine.updateTrackedUsers(users(strangers));
    try {
      await requests.flush();
    } catch (thrown) {
      // Offline, messages are shown all the same; what is said of their senders follows.
      if (!(thrown instanceof MatrixError)) throw thrown;
    }
  }

  private async tryDecrypt(roomId: string, event: RawEvent): Promise<DecryptionOutcome> {
    const { machine } = this.running();
    const eventId = event.event_id;
    try {
      const decrypted = await machine.decryptRoomEvent(JSON.stringify(event), new RoomId(roomId), trust());
      return { eventId, clear: clearEvent(decrypted) };
    } catch (thrown) {
      return { eventId, failed: failureOf(thrown, event.origin_server_ts < machine.deviceCreationTimeMs) };
    }
  }

  private async shareRoomKey(room: EncryptedRoom): Promise<void> {
    const { machine, requests } = this.running();
    await this.openSessions(room.members);
    const settings = encryptionSettings(room);
    const shared = await machine.shareRoomKey(new RoomId(room.roomId), users(room.members), settings);
    for (const request of shared) await requests.send(request);
  }

  /** Makes sure that the devices of these users are known and can be written to. */
  private async openSessions(userIds: readonly string[]): Promise<void> {
    const { machine, requests } = this.running();
    await machine.updateTrackedUsers(users(userIds));
    await requests.flush();
    const claim = await machine.getMissingSessions(users(userIds));
    if (claim !== null && claim !== undefined) await requests.send(claim);
  }

  private async sealFor(
    target: DeviceAddress,
    type: string,
    content: JsonContent,
  ): Promise<JsonBody | undefined> {
    const { machine } = this.running();
    const device = await machine.getDevice(new UserId(target.userId), new DeviceId(target.deviceId));
    if (device === undefined) return undefined;
    try {
      return JSON.parse(await device.encryptToDeviceEvent(type, content)) as JsonBody;
    } catch (thrown) {
      console.warn('A device cannot be written to.', thrown instanceof Error ? thrown.message : thrown);
      return undefined;
    }
  }

  private async sendEncrypted(messages: JsonBody): Promise<void> {
    this.transaction += 1;
    const txnId = `s${this.now().toString(36)}.${this.transaction}`;
    const path = `/_matrix/client/v3/sendToDevice/m.room.encrypted/${txnId}`;
    await this.host.request('PUT', path, { messages });
  }

  private async deviceMessage(
    event: DecryptedToDeviceEvent,
    raw: JsonBody,
  ): Promise<DeviceMessage | undefined> {
    const { type, content } = raw;
    if (typeof type !== 'string' || !isObject(content) || ownTypes.test(type)) return undefined;
    const info = event.encryptionInfo;
    const device = await this.deviceOf(info.sender.toString(), info.senderCurve25519Key);
    if (device === undefined) return undefined;
    return {
      type,
      content: content as JsonContent,
      sender: device.userId.toString(),
      senderDevice: device.deviceId.toString(),
      senderSigned: device.isCrossSignedByOwner(),
    };
  }

  /** The device that owns the Olm key: what a message claims about its sender counts for nothing. */
  private async deviceOf(userId: string, curveKey: string): Promise<Device | undefined> {
    const { machine, requests } = this.running();
    const find = async () =>
      (await machine.getUserDevices(new UserId(userId)))
        .devices()
        .find((device) => device.curve25519Key?.toBase64() === curveKey);
    const known = await find();
    if (known !== undefined) return known;
    await requests.send(machine.queryKeysForUsers([new UserId(userId)]));
    return find();
  }

  /** The machine holds locks while it calls back, so what follows waits for the next turn. */
  private later(work: () => Promise<void>): void {
    setTimeout(() => {
      if (this.parts !== undefined) this.background(work());
    }, 0);
  }

  private background(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      if (this.parts === undefined) return;
      console.warn('Encryption goes on later.', asMatrixError(thrown, 'encryption').message);
    });
  }
}

const backupSecret = 'm.megolm_backup.v1';
/** To-device events that the machine deals with itself. */
const ownTypes =
  /^m\.(room_key|forwarded_room_key|secret|key\.verification|dummy|room\.encrypted)|^org\.matrix\.room_key/;

const silentLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (message: unknown) => console.error(message),
};
