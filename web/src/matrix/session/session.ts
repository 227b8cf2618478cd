import { signal } from '@preact/signals-core';
import type { DeviceFacts, JsonContent, Person, StateEvent } from '../door.ts';
import type { Surroundings } from '../surroundings.ts';
import { EncryptionDesk } from '../encryption/desk.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import { HttpClient, wait } from '../http.ts';
import type { HttpParts, JsonBody, TokenKeeper } from '../http.ts';
import { MediaShelf } from '../media.ts';
import { encryptedRoom, loadMembers } from '../rooms/members.ts';
import { localpart } from '../rooms/record.ts';
import { RoomBook } from '../rooms/room-book.ts';
import type { Room } from '../rooms/room.ts';
import { uploadAttachment } from '../sending/attachments.ts';
import type { PreparedFile } from '../sending/attachments.ts';
import type { OutgoingRecord } from '../sending/outgoing.ts';
import { Sender } from '../sending/sender.ts';
import type { Store } from '../store/store.ts';
import { untilEnded } from '../store/until-ended.ts';
import type { SyncPosition } from '../sync/request.ts';
import { SyncLoop } from '../sync/sync-loop.ts';
import { readable } from '../timeline/content.ts';
import { isGap } from '../timeline/log.ts';
import type { EventRecord, RawEvent } from '../timeline/log.ts';
import { personOf } from '../rooms/summary.ts';
import { Turns } from '../turns.ts';
import type { SessionRecord } from './authenticate.ts';

/** How many rooms stay subscribed after their screens are closed. */
const keptOpen = 5;
/** Longest pause between two tries to load encryption, milliseconds. */
const slowestStart = 120_000;

export interface SessionParts {
  readonly record: SessionRecord;
  readonly store: Store;
  readonly httpParts: HttpParts;
  readonly tokens: TokenKeeper;
  readonly surroundings: Surroundings;
  failed(error: MatrixError): void;
}

/** One signed-in session with everything that runs for it. */
export class Session {
  readonly own: { readonly userId: string; readonly deviceId: string };
  readonly http: HttpClient;
  readonly store: Store;
  readonly book: RoomBook;
  readonly sender: Sender;
  readonly desk: EncryptionDesk;
  readonly media: MediaShelf;
  readonly profile = signal<Person | undefined>(undefined);
  readonly sync: SyncLoop;
  /** State types that somebody watches; sync asks for them in every room. */
  private readonly watched = new Set<string>();
  /** Rooms opened last, the newest first. */
  private visited: readonly string[] = [];
  private readonly accountTurns = new Turns();
  private readonly parts: SessionParts;
  private readonly ended = new AbortController();
  private stopped = false;

  static async open(parts: SessionParts): Promise<Session> {
    const position = (await parts.store.get('meta', 'position')) as SyncPosition | undefined;
    const session = new Session(parts, position);
    await session.sender.restore();
    await session.book.restore();
    const profile = (await parts.store.get('meta', 'profile')) as Person | undefined;
    session.profile.value = profile ?? { userId: session.own.userId, name: localpart(session.own.userId) };
    return session;
  }

  private constructor(parts: SessionParts, position: SyncPosition | undefined) {
    this.parts = parts;
    const { record, surroundings } = parts;
    const store = untilEnded(parts.store, this.ended.signal);
    this.own = { userId: record.userId, deviceId: record.deviceId };
    this.store = store;
    this.http = new HttpClient(record.server, parts.httpParts, parts.tokens);
    this.sender = new Sender({
      store,
      now: surroundings.now,
      ownId: record.userId,
      newTransactionId: () => `m${surroundings.now().toString(36)}.${randomText()}`,
      deliver: (outgoing, keep) => this.deliver(outgoing, keep),
      changed: (roomId) => this.book.changed(this.book.room(roomId)),
      failed: (error) => parts.failed(error),
    });
    this.book = new RoomBook({
      store,
      ownId: record.userId,
      now: surroundings.now,
      outgoingLast: (roomId) => this.sender.lastInRoom(roomId),
      surroundings: {
        outgoing: (roomId) => this.sender.inRoom(roomId),
        sending: this.sender.sending,
        sentFromHere: this.sender.sentFromHere,
        fetchQuoted: (roomId, eventId) => this.fetchEvent(roomId, eventId),
      },
    });
    this.desk = new EncryptionDesk({
      http: this.http,
      store,
      book: this.book,
      own: this.own,
      storeName: surroundings.persistent ? cryptoStoreName(record) : undefined,
      now: surroundings.now,
      startEncryption: surroundings.startEncryption,
      person: (userId) => this.person(userId),
      sendRoomEvent: (...event) => this.sendNow(...event),
      ready: () => this.sender.kick(),
    });
    this.media = new MediaShelf({
      http: this.http,
      store,
      sender: this.sender,
      desk: this.desk,
      now: surroundings.now,
    });
    this.sync = this.makeSync(position);
  }

  /** Begins to sync, then loads encryption when the list stands. */
  start(): void {
    this.sync.start();
    this.sender.start();
    const stop = this.book.loaded.subscribe((loaded) => {
      if (!loaded || this.stopped) return;
      queueMicrotask(() => stop());
      this.parts.surroundings.whenIdle(() => this.inBackground(this.startEncryption()));
      this.inBackground(this.fetchProfile());
    });
  }

  /** Loads encryption, again and again where it does not come whole: sync may well go on over a line that breaks under a large file. */
  private async startEncryption(): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.desk.start();
      } catch (thrown) {
        console.warn(asMatrixError(thrown, 'encryption').message);
        // It stands already when only its first look at the rooms failed.
        if (this.stopped || this.desk.ready !== undefined) return;
      }
      await wait(Math.min(slowestStart, 2000 * 2 ** failures), this.ended.signal);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.ended.abort();
    this.sync.stop();
    this.sender.stop();
    await this.desk.stop();
  }

  now(): number {
    return this.parts.surroundings.now();
  }

  /** Work nobody waits for. Failures that will be tried again are not told. */
  inBackground(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      const error = asMatrixError(thrown, 'protocol');
      if (this.stopped) return;
      if (error.kind === 'storage') this.parts.failed(error);
      else console.warn(error.message);
    });
  }

  /** A screen opened a room: sync asks for more of it. What is closed stays asked for a while, as people go back and forth. */
  roomOpened(roomId: string): void {
    this.visited = [roomId, ...this.visited.filter((known) => known !== roomId)].slice(0, keptOpen);
    this.sync.interrupt();
  }

  prepareFile(blob: Blob): Promise<PreparedFile> {
    return this.parts.surroundings.prepareFile(blob);
  }

  /** A person as the rooms know them; the first room that knows a name wins. */
  met(userId: string): Person | undefined {
    if (userId === this.own.userId && this.profile.value !== undefined) return this.profile.value;
    for (const room of this.book.rooms.values()) {
      if (room.record.people[userId]?.name !== undefined) return personOf(room.record, userId);
    }
    return undefined;
  }

  /** As `met`; somebody whom no room knows goes by the first part of their id. */
  person(userId: string): Person {
    return this.met(userId) ?? { userId, name: localpart(userId) };
  }

  async sendState(roomId: string, type: string, stateKey: string, content: JsonBody): Promise<string> {
    const room = encodeURIComponent(roomId);
    const place = `${encodeURIComponent(type)}/${encodeURIComponent(stateKey)}`;
    const answer = await this.http.request('PUT', `/_matrix/client/v3/rooms/${room}/state/${place}`, {
      body: content,
    });
    return eventIdOf(answer);
  }

  /** State events of one type of a room as a signal of sync's. */
  stateOf(room: Room, type: string): StateEvent[] {
    return Object.entries(room.record.state[type] ?? {}).map(([stateKey, event]) => ({
      type,
      stateKey,
      sender: event.sender,
      content: event.content as JsonContent,
      time: event.time,
      eventId: event.eventId,
    }));
  }

  watchType(type: string): void {
    if (this.watched.has(type)) return;
    this.watched.add(type);
    this.sync.interrupt();
  }

  async fetchProfile(): Promise<Person> {
    const profile = await this.profileOf(this.own.userId);
    await this.store.write([{ table: 'meta', key: 'profile', value: profile }]);
    this.profile.value = profile;
    return profile;
  }

  async profileOf(userId: string): Promise<Person> {
    const answer = await this.http.request('GET', `/_matrix/client/v3/profile/${encodeURIComponent(userId)}`);
    const { displayname, avatar_url: picture } = answer;
    return {
      userId,
      name: typeof displayname === 'string' && displayname !== '' ? displayname : localpart(userId),
      ...(typeof picture === 'string' && picture.startsWith('mxc://') ? { picture } : {}),
    };
  }

  async devices(): Promise<readonly DeviceFacts[]> {
    const { devices } = await this.http.request('GET', '/_matrix/client/v3/devices');
    const trust = this.desk.ready === undefined ? undefined : await this.desk.ready.ownDevices();
    const known = new Map(trust?.map((device) => [device.deviceId, device.verified]));
    return (Array.isArray(devices) ? (devices as JsonBody[]) : []).map((device) => {
      const deviceId = String(device['device_id']);
      const name = device['display_name'];
      const lastSeen = device['last_seen_ts'];
      const verified = known.get(deviceId);
      return {
        deviceId,
        ...(typeof name === 'string' ? { name } : {}),
        ...(typeof lastSeen === 'number' ? { lastSeen } : {}),
        current: deviceId === this.own.deviceId,
        verified: trust === undefined ? 'unknown' : verified === undefined ? 'none' : verified ? 'yes' : 'no',
      };
    });
  }

  /**
   * Changes a piece of account data that is a list. It can only be written whole, so the newest is asked for right before, or what another
   * device has put in would be lost; and one change waits for the other. `change` answers undefined when there is nothing to write.
   */
  changeAccountDatum(type: string, change: (newest: JsonBody) => JsonBody | undefined): Promise<void> {
    return this.accountTurns.run(async () => {
      const user = encodeURIComponent(this.own.userId);
      const path = `/_matrix/client/v3/user/${user}/account_data/${encodeURIComponent(type)}`;
      const newest = await this.accountDatum(path);
      const content = change(newest);
      if (content !== undefined) await this.http.request('PUT', path, { body: content });
      this.book.takeAccountDatum(type, content ?? newest);
    });
  }

  private async accountDatum(path: string): Promise<JsonBody> {
    try {
      return await this.http.request('GET', path);
    } catch (thrown) {
      if (asMatrixError(thrown, 'protocol').status === 404) return {};
      throw thrown;
    }
  }

  private roomsOnScreen(): string[] {
    const open = [...this.book.rooms.values()].filter((room) => room.opened > 0).map((room) => room.id);
    return [...new Set([...open, ...this.visited])];
  }

  private makeSync(position: SyncPosition | undefined): SyncLoop {
    let acknowledged: readonly string[] = [];
    return new SyncLoop(
      {
        http: this.http,
        now: this.parts.surroundings.now,
        chance: () => (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 255,
        wishes: () => {
          acknowledged = this.sender.acknowledged();
          return { openRooms: this.roomsOnScreen(), watchedTypes: [...this.watched] };
        },
        apply: async (wire, delivery, change) => {
          const news = await this.book.apply(wire, delivery, [change]);
          if (delivery !== undefined) this.inBackground(this.desk.receiveAll());
          // The answer is taken in: what follows from it must not have it asked for again.
          for (const [room, events] of news) this.inBackground(this.takeNews(room, events));
        },
        caughtUp: async (rooms) => {
          // What the server had before it was asked, and did not tell, lies in a gap.
          await this.sender.letGo(acknowledged);
          if (rooms !== undefined) await this.book.keepOnly(rooms);
        },
        cameBack: () => {
          this.sender.kick();
          this.inBackground(this.desk.state.value === 'failed' ? this.desk.start() : this.desk.stir());
        },
        failed: (error) => this.parts.failed(error),
      },
      position,
    );
  }

  private async takeNews(room: Room, events: readonly EventRecord[]): Promise<void> {
    await this.sender.settle(events);
    await this.desk.receiveAll();
    await this.desk.decryptTail(room);
  }

  /** One try of the queue: uploads, encrypts if the room is encrypted, sends. */
  private async deliver(
    outgoing: OutgoingRecord,
    keep: (record: OutgoingRecord) => Promise<void>,
  ): Promise<string> {
    const room = this.book.room(outgoing.roomId);
    if (outgoing.redacts !== undefined) return this.redact(outgoing, outgoing.redacts);
    const encrypted = await this.isEncrypted(room);
    // Waiting for encryption is no failure: the queue is called again when it is ready.
    if (encrypted && this.desk.ready === undefined)
      throw new MatrixError('cancelled', 'Encryption is not ready.');
    const complete = await uploadAttachment(
      outgoing,
      encrypted ? this.desk.need() : undefined,
      this.http,
      keep,
    );
    await this.keepOwnFiles(complete);
    return this.put(room, encrypted, outgoing.type, complete.content, outgoing.txnId);
  }

  private async sendNow(roomId: string, type: string, content: JsonBody, txnId?: string): Promise<string> {
    const room = this.book.room(roomId);
    const id = txnId ?? `v${this.now().toString(36)}.${randomText()}`;
    return this.put(room, await this.isEncrypted(room), type, content, id);
  }

  private async put(
    room: Room,
    encrypted: boolean,
    type: string,
    content: JsonBody,
    txnId: string,
  ): Promise<string> {
    let sealed = content;
    if (encrypted) {
      const members = await loadMembers(room, this);
      sealed = await this.desk.encrypt(encryptedRoom(room, members), type, content);
    }
    const sentType = encrypted ? 'm.room.encrypted' : type;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room.id)}/send/${sentType}/${txnId}`;
    return eventIdOf(await this.http.request('PUT', path, { body: sealed, retries: 0 }));
  }

  private async redact(outgoing: OutgoingRecord, target: string): Promise<string> {
    const room = encodeURIComponent(outgoing.roomId);
    const path = `/_matrix/client/v3/rooms/${room}/redact/${encodeURIComponent(target)}/${outgoing.txnId}`;
    return eventIdOf(await this.http.request('PUT', path, { body: outgoing.content, retries: 0 }));
  }

  /** Whether what is sent must be encrypted. While the room's state is not here, the server is asked. */
  private async isEncrypted(room: Room): Promise<boolean> {
    if (room.record.encrypted) return true;
    if (room.record.known) return false;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room.id)}/state/m.room.encryption/`;
    try {
      await this.http.request('GET', path);
    } catch (thrown) {
      if (asMatrixError(thrown, 'protocol').status === 404) return false;
      throw thrown;
    }
    await this.book.adopt(room.id, () => ({ encrypted: true }));
    return true;
  }

  private async keepOwnFiles({ attachment }: OutgoingRecord): Promise<void> {
    const { uploaded, uploadedThumbnail } = attachment ?? {};
    if (attachment === undefined) return;
    if (uploaded !== undefined) await this.media.keep(uploaded.mxc, attachment.blob);
    if (uploadedThumbnail !== undefined && attachment.thumbnail !== undefined) {
      await this.media.keep(uploadedThumbnail.mxc, attachment.thumbnail);
    }
  }

  private async fetchEvent(roomId: string, eventId: string): Promise<EventRecord | 'missing'> {
    const place = await this.store.get('places', eventId);
    const kept = place?.roomId === roomId ? await this.store.get('events', [roomId, place.index]) : undefined;
    if (kept !== undefined && !isGap(kept)) return this.clearIfPossible(roomId, kept);
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(eventId)}`;
    let event: RawEvent;
    try {
      event = (await this.http.request('GET', path)) as unknown as RawEvent;
    } catch (thrown) {
      const { status } = asMatrixError(thrown, 'protocol');
      if (status === 404 || status === 403) return 'missing';
      throw thrown;
    }
    return this.clearIfPossible(roomId, { index: Number.NEGATIVE_INFINITY, event });
  }

  /** The record decrypted, if that is needed and can be done. */
  private async clearIfPossible(roomId: string, record: EventRecord): Promise<EventRecord> {
    if (readable(record) !== undefined) return record;
    return (await this.desk.decryptRecords(roomId, [record]))[0] ?? record;
  }
}

/** Name of the crypto machine's database. */
export function cryptoStoreName(record: Pick<SessionRecord, 'userId' | 'deviceId'>): string {
  return `majlis-crypto ${record.userId} ${record.deviceId}`;
}

function eventIdOf(answer: JsonBody): string {
  const id = answer['event_id'];
  if (typeof id !== 'string') throw new MatrixError('protocol', 'The answer has no event id.');
  return id;
}

function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('');
}
