import { signal } from '@preact/signals-core';
import type { DeviceAddress, DeviceMessage, JsonContent } from '../door.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import type { HttpClient, JsonBody } from '../http.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomBook } from '../rooms/room-book.ts';
import type { Change, Store } from '../store/store.ts';
import { isGap } from '../timeline/log.ts';
import { Rerun, Turns } from '../turns.ts';
import type { EventRecord, LogEntry } from '../timeline/log.ts';
import type { Person } from '../timeline/items.ts';
import type {
  BackupState,
  EncryptionNotice,
  EncryptionState,
  IdentityState,
  RecoveryState,
  Verification,
} from './contract.ts';
import type {
  DeviceTrust,
  EncryptedRoom,
  EncryptionEngine,
  EngineEvent,
  StartEncryption,
} from './engine-contract.ts';

export interface DeskParts {
  readonly http: HttpClient;
  readonly store: Store;
  readonly book: RoomBook;
  readonly own: { readonly userId: string; readonly deviceId: string };
  readonly storeName: string | undefined;
  readonly now: () => number;
  readonly startEncryption: StartEncryption;
  person(userId: string): Person;
  /** Sends into a room the way of messages, but at once. Answers the event id. */
  sendRoomEvent(roomId: string, type: string, content: JsonBody, txnId?: string): Promise<string>;
  /** The machine can encrypt now: the queue may go on. */
  ready(): void;
}

const decryptAtOnce = 50;
const deliveriesAtOnce = 50;

/** The main thread's side of encryption: feeds the machine, has events decrypted, keeps what screens are told. */
export class EncryptionDesk {
  readonly state = signal<EncryptionState>('off');
  readonly identity = signal<IdentityState>('unknown');
  readonly backup = signal<BackupState>({ is: 'unknown', total: 0, saved: 0 });
  readonly recovery = signal<RecoveryState>('unknown');
  readonly notices = signal<readonly EncryptionNotice[]>([]);
  readonly verifications = signal<readonly Verification[]>([]);
  readonly devices = signal<readonly DeviceTrust[]>([]);
  private readonly parts: DeskParts;
  private engine: EncryptionEngine | undefined;
  private starting: Promise<void> | undefined;
  private readonly receiving = new Rerun(() => this.drain());
  private readonly listeners = new Map<string, Set<(message: DeviceMessage) => void>>();
  /** Decryption goes in turn, so that a key that arrives in between is not missed. */
  private readonly turns = new Turns();
  private dismissed: readonly string[] = [];
  private stopped = false;

  constructor(parts: DeskParts) {
    this.parts = parts;
  }

  /** Loads the machine. Calls share one start. */
  start(): Promise<void> {
    this.starting ??= this.load();
    return this.starting;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const engine = this.engine;
    this.engine = undefined;
    await engine?.stop();
  }

  /** The engine when it is ready. */
  get ready(): EncryptionEngine | undefined {
    return this.state.value === 'ready' ? this.engine : undefined;
  }

  /** The engine, or a `MatrixError` of kind `encryption` while it cannot be used. */
  need(): EncryptionEngine {
    const engine = this.ready;
    if (engine === undefined) throw new MatrixError('encryption', 'Encryption is not ready.');
    return engine;
  }

  /** Gives the machine everything that sync has stored for it, in order. */
  async receiveAll(): Promise<void> {
    if (this.engine !== undefined) await this.receiving.run();
  }

  /** Lets the machine send what waits, after the network was away. */
  async stir(): Promise<void> {
    await this.ready?.receive({ toDevice: [], changed: [], left: [] });
  }

  onDeviceMessage(type: string, receive: (message: DeviceMessage) => void): () => void {
    const listeners = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, listeners);
    listeners.add(receive);
    return () => listeners.delete(receive);
  }

  sendToDevices(
    targets: readonly DeviceAddress[],
    type: string,
    content: JsonContent,
  ): Promise<readonly DeviceAddress[]> {
    return this.need().sendToDevices(targets, type, content);
  }

  sendToPeople(userIds: readonly string[], type: string, content: JsonContent): Promise<void> {
    return this.need().sendToPeople(userIds, type, content);
  }

  encrypt(room: EncryptedRoom, type: string, content: JsonBody): Promise<JsonBody> {
    return this.need().encrypt(room, type, content);
  }

  /** A room, or an older page of it, comes on the screen: what is locked in it is tried once more. */
  decryptShown(room: Room): Promise<void> {
    return this.decryptTail(room, locked);
  }

  /** Decrypts what the room's tail holds and can now be read; `again` chooses records that were tried before. */
  decryptTail(room: Room, again: (record: EventRecord) => boolean = untried): Promise<void> {
    return this.turns.run(() => this.decryptTailNow(room, again));
  }

  private async decryptTailNow(room: Room, chosen: (record: EventRecord) => boolean): Promise<void> {
    const wanted = (room.tail ?? []).filter(
      (entry): entry is EventRecord => isEncrypted(entry) && chosen(entry),
    );
    if (this.ready === undefined || wanted.length === 0) return;
    // The newest first: that is what is on the screen.
    for (let end = wanted.length; end > 0; end -= decryptAtOnce) {
      const part = wanted.slice(Math.max(0, end - decryptAtOnce), end);
      const done = (await this.decryptRecords(room.id, part)).filter((record, at) => {
        // What was readable stays so, even if its key has since been lost.
        return record.clear !== undefined || part[at]?.clear === undefined;
      });
      if (!this.stopped && done.length > 0) await this.keepDecrypted(room, done);
    }
  }

  private async keepDecrypted(room: Room, done: readonly EventRecord[]): Promise<void> {
    const { book, store } = this.parts;
    await book.inTurn(async () => {
      const kept = done.filter((record) => this.stillThere(room, record));
      room.replaceRecords(kept);
      const writes: Change[] = kept.map((record) => ({
        table: 'events',
        key: [room.id, record.index],
        value: record,
      }));
      await store.write([...writes, { table: 'rooms', key: room.id, value: room.record }]);
    });
    book.changed(room);
    for (const record of done) await this.passVerification(room.id, record);
  }

  /** While it was decrypted an event may have been taken back, or its place in the log given to another. */
  private stillThere(room: Room, { index, event }: EventRecord): boolean {
    const now = room.tail?.find((entry) => entry.index === index);
    return now !== undefined && isEncrypted(now) && now.event.event_id === event.event_id;
  }

  /** Decrypts records that are in no tail (quoted messages). */
  async decryptRecords(roomId: string, records: readonly EventRecord[]): Promise<EventRecord[]> {
    const engine = this.ready;
    if (engine === undefined || records.length === 0) return [];
    const outcomes = await engine.decrypt(
      roomId,
      records.map((record) => record.event),
    );
    const byId = new Map(outcomes.map((outcome) => [outcome.eventId, outcome]));
    return records.map(({ index, event }) => {
      const outcome = byId.get(event.event_id);
      if (outcome?.clear !== undefined) return { index, event, clear: outcome.clear };
      return { index, event, failed: outcome?.failed ?? 'broken' };
    });
  }

  async dismissNotice(id: string): Promise<void> {
    const notice = this.notices.value.find((known) => known.id === id);
    if (notice?.is === 'identityChanged') await this.need().acceptIdentity(notice.person.userId);
    this.dismissed = [...this.dismissed, id];
    this.notices.value = this.notices.value.filter((known) => known.id !== id);
    await this.parts.store.write([{ table: 'meta', key: 'dismissedNotices', value: this.dismissed }]);
    this.parts.ready();
  }

  dismissVerification(id: string): void {
    this.verifications.value = this.verifications.value.filter((known) => known.id !== id);
  }

  private async load(): Promise<void> {
    this.state.value = 'loading';
    let engine: EncryptionEngine | undefined;
    try {
      const dismissed = await this.parts.store.get('meta', 'dismissedNotices');
      if (Array.isArray(dismissed)) this.dismissed = dismissed as string[];
      const { http, own, storeName } = this.parts;
      engine = await this.parts.startEncryption({
        request: (method, path, body) => http.request(method, path, body === undefined ? {} : { body }),
        sendRoomEvent: (...event) => this.parts.sendRoomEvent(...event),
        emit: (event) => this.take(event),
      });
      await engine.start({ ...own, ...(storeName === undefined ? {} : { storeName }) });
      if (this.stopped) return await engine.stop();
      this.engine = engine;
      await this.receiveAll();
      this.state.value = 'ready';
    } catch (thrown) {
      this.engine = undefined;
      await engine?.stop().catch(() => undefined); // It may be what failed.
      if (this.stopped) return;
      this.state.value = 'failed';
      this.starting = undefined;
      throw asMatrixError(thrown, 'encryption');
    }
    this.parts.ready();
    // Also what could not be read before the last stop: the backup may have been opened since.
    await this.decryptAll(locked);
  }

  /** What waits in open rooms, and the lines of the list. */
  private async decryptAll(chosen: (record: EventRecord) => boolean): Promise<void> {
    const rooms = [...this.parts.book.rooms.values()].sort(
      (a, b) => b.opened - a.opened || b.record.time - a.record.time,
    );
    for (const room of rooms) {
      const { last } = room.record;
      const waiting = last !== undefined && isEncrypted(last) && chosen(last);
      if (waiting) await room.loadTail();
      if (room.opened > 0) room.askQuotesAgain();
      if (waiting || room.opened > 0) await this.decryptTail(room, chosen);
    }
  }

  private async drain(): Promise<void> {
    for (;;) {
      const rows = await this.parts.store.range('deliveries', { limit: deliveriesAtOnce });
      for (const row of rows) {
        const engine = this.engine;
        if (engine === undefined) return;
        const messages = await engine.receive(row.value);
        await this.parts.store.write([{ table: 'deliveries', key: row.key, value: undefined }]);
        for (const message of messages) this.tell(message);
      }
      if (rows.length < deliveriesAtOnce) return;
    }
  }

  private tell(message: DeviceMessage): void {
    for (const receive of this.listeners.get(message.type) ?? []) receive(message);
  }

  private take(event: EngineEvent): void {
    switch (event.is) {
      case 'roomKeys':
        this.inBackground(this.tryAgain(event.sessions));
        break;
      case 'peopleChanged':
        this.inBackground(this.lookAgain(new Set(event.userIds)));
        break;
      case 'verifications':
        this.verifications.value = event.list.map(({ userId, ...facts }) => ({
          ...facts,
          person: this.parts.person(userId),
        }));
        break;
      case 'identity':
        this.identity.value = event.state;
        this.tellNewDevices();
        break;
      case 'backup':
        this.takeBackup(event.state);
        break;
      case 'recovery':
        this.recovery.value = event.state;
        break;
      case 'identityChanged':
        this.notice({
          id: `identity ${event.userId}`,
          is: 'identityChanged',
          person: this.parts.person(event.userId),
          wasVerified: event.wasVerified,
        });
        break;
      case 'ownDevices':
        this.devices.value = event.devices;
        this.tellNewDevices();
        break;
    }
  }

  /** Once the backup can be asked, it may have the keys of what could not be read before. */
  private takeBackup(state: BackupState): void {
    const opened = state.is === 'on' && this.backup.value.is !== 'on';
    this.backup.value = state;
    if (opened) this.inBackground(this.decryptAll(locked));
  }

  /** A device of the account that is not signed by it, seen from one that is. */
  private tellNewDevices(): void {
    const strange =
      this.identity.value === 'here' ? this.devices.value.filter((device) => !device.verified) : [];
    const ids = new Set(strange.map((device) => `device ${device.deviceId}`));
    this.notices.value = this.notices.value.filter(
      (notice) => notice.is !== 'newOwnDevice' || ids.has(notice.id),
    );
    for (const { deviceId, name } of strange) {
      if (deviceId === this.parts.own.deviceId) continue;
      this.notice({
        id: `device ${deviceId}`,
        is: 'newOwnDevice',
        deviceId,
        ...(name === undefined ? {} : { name }),
      });
    }
  }

  private notice(notice: EncryptionNotice): void {
    const known = this.dismissed.includes(notice.id) && notice.is === 'newOwnDevice';
    if (known || this.notices.value.some((other) => other.id === notice.id)) return;
    this.notices.value = [...this.notices.value, notice];
  }

  private async tryAgain(sessions: readonly { roomId: string; sessionId: string }[]): Promise<void> {
    const byRoom = new Map<string, Set<string>>();
    for (const { roomId, sessionId } of sessions) {
      byRoom.set(roomId, (byRoom.get(roomId) ?? new Set()).add(sessionId));
    }
    for (const [roomId, ids] of byRoom) {
      const room = this.parts.book.rooms.get(roomId);
      if (room === undefined) continue;
      if (room.opened > 0) room.askQuotesAgain();
      await room.loadTail();
      await this.decryptTail(room, (record) => record.clear === undefined && ids.has(sessionOf(record)));
    }
  }

  /** What was said against the authenticity of these people's messages may no longer hold. */
  private async lookAgain(userIds: ReadonlySet<string>): Promise<void> {
    for (const room of this.parts.book.rooms.values()) {
      if (room.tail === undefined) continue;
      await this.decryptTail(
        room,
        ({ clear, event }) => clear !== undefined && clear.authenticity !== 'ok' && userIds.has(event.sender),
      );
    }
  }

  /** Verification between people runs in their room: its messages are for the machine. */
  private async passVerification(roomId: string, record: EventRecord): Promise<void> {
    const { clear, event } = record;
    const old = event.origin_server_ts < this.parts.now() - 600_000;
    if (clear === undefined || old) return;
    const asks = clear.type === 'm.room.message' && clear.content['msgtype'] === 'm.key.verification.request';
    if (!asks && !clear.type.startsWith('m.key.verification.')) return;
    const plain = { ...event, type: clear.type, content: clear.content, room_id: roomId };
    await this.ready?.receiveVerificationEvent(roomId, plain as unknown as JsonBody);
  }

  private inBackground(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      if (!this.stopped) console.warn(asMatrixError(thrown, 'encryption').message);
    });
  }
}

function isEncrypted(entry: LogEntry): entry is EventRecord {
  if (isGap(entry) || entry.event.type !== 'm.room.encrypted') return false;
  return entry.event.unsigned?.['redacted_because'] === undefined;
}

function untried(record: EventRecord): boolean {
  return record.clear === undefined && record.failed === undefined;
}

/** Without its key, as far as is known. */
function locked({ clear, failed }: EventRecord): boolean {
  return clear === undefined && (failed === undefined || failed === 'noKey' || failed === 'beforeThisDevice');
}

function sessionOf(record: EventRecord): string {
  return String(record.event.content['session_id']);
}
