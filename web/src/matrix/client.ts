import { computed, effect, signal } from '@preact/signals-core';
import type {
  Account,
  ClientStatus,
  Connection,
  Json,
  MatrixClient,
  ServerFacts,
  Session as SessionFacts,
  Settings,
  SignIn,
  SignUp,
  Traffic,
} from './door.ts';
import { EncryptionDoor } from './encryption/door.ts';
import { asMatrixError, MatrixError } from './errors.ts';
import { HttpClient } from './http.ts';
import type { HttpParts, Tokens } from './http.ts';
import { DevicesDoor, PeopleDoor } from './people.ts';
import { RoomListDoor } from './rooms/room-list.ts';
import { register, signIn, withPassword } from './session/authenticate.ts';
import type { SessionRecord } from './session/authenticate.ts';
import { CurrentSession } from './session/current.ts';
import { discoverServer } from './session/discovery.ts';
import { cryptoStoreName, Session } from './session/session.ts';
import { TabLock } from './session/tab-lock.ts';
import { TabMark } from './session/tab-mark.ts';
import { SignallingDoor } from './signalling.ts';
import type { Store } from './store/store.ts';
import type { Surroundings } from './surroundings.ts';
import { TrafficCounter } from './traffic.ts';

export { browserSurroundings } from './browser.ts';

/** Makes the engine; `browserSurroundings()` gives the real surroundings. Nothing happens until `start`. */
export function createMatrixClient(surroundings: Surroundings): MatrixClient {
  return new Client(surroundings);
}

class Client implements MatrixClient, Account, Settings {
  readonly status = signal<ClientStatus>('starting');
  readonly fault = signal<MatrixError | undefined>(undefined);
  readonly session;
  readonly account: Account = this;
  readonly settings: Settings = this;
  readonly connection: Connection;
  readonly rooms: RoomListDoor;
  readonly people: PeopleDoor;
  readonly media;
  readonly devices: DevicesDoor;
  readonly encryption: EncryptionDoor;
  readonly signalling: SignallingDoor;
  private readonly surroundings: Surroundings;
  private readonly current = new CurrentSession();
  private readonly traffic: TrafficCounter;
  private readonly httpParts: HttpParts;
  private readonly tabs: TabLock | TabMark;
  private store: Store | undefined;
  private record: SessionRecord | undefined;
  /** The password of a sign-up or sign-in of a moment ago, to confirm the making of the identity. Forgotten right after. */
  private password: string | undefined;
  private readonly stops: (() => void)[] = [];

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.traffic = new TrafficCounter(surroundings.now);
    this.httpParts = { fetch: surroundings.fetch, now: surroundings.now, traffic: this.traffic };
    const lost = () => void this.lostToOtherTab();
    const { locks, tabNotes } = surroundings;
    this.tabs = locks || !tabNotes ? new TabLock(locks, lost) : new TabMark(tabNotes, lost);
    const { current } = this;
    this.session = computed(() => {
      const session = current.signal.value;
      return session === undefined ? undefined : sessionFacts(session.own, session.http.server);
    });
    this.rooms = new RoomListDoor(current);
    this.people = new PeopleDoor(current);
    this.devices = new DevicesDoor(current);
    this.signalling = new SignallingDoor(current);
    this.encryption = new EncryptionDoor(current, (userId) => this.rooms.startDirect(userId));
    this.media = {
      cached: (...given: Parameters<MatrixClient['media']['cached']>) =>
        current.need().media.cached(...given),
      download: (...given: Parameters<MatrixClient['media']['download']>) =>
        current.need().media.download(...given),
      thumbnail: (mxc: string, size: number) => current.need().media.thumbnail(mxc, size),
      uploadLimit: () => current.need().media.uploadLimit(),
      storedBytes: () => current.need().media.storedBytes(),
      clear: () => current.need().media.clear(),
    };
    this.connection = {
      state: computed(() => current.signal.value?.sync.state.value ?? 'connecting'),
      retryAt: computed(() => current.signal.value?.sync.retryAt.value),
      queued: computed(() => current.signal.value?.sender.queued.value ?? 0),
      traffic: this.traffic.traffic,
      addTraffic: (received, sent) => this.traffic.add(received, sent),
      retry: () => this.retry(),
    };
  }

  async start(): Promise<void> {
    this.traffic.observe();
    this.stops.push(
      this.surroundings.onNetwork((network) => {
        if (network === 'back') this.retry();
        // A waiting request may not notice for half a minute: asking again shows at once whether it is true.
        else this.current.signal.value?.sync.interrupt();
      }),
    );
    const store = await this.openStore();
    const saved = (await store.get('kept', 'traffic')) as Traffic | undefined;
    if (saved !== undefined) this.traffic.restore(saved);
    this.stops.push(this.saveTraffic(store));
    if ((await store.get('meta', 'session')) === undefined) this.status.value = 'signedOut';
    else if (await this.tabs.take(false)) await this.resume();
    else this.status.value = 'elsewhere';
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0)) stop();
    this.traffic.stop();
    await this.endSession();
    this.tabs.release();
    this.store?.close();
    this.store = undefined;
  }

  // Account

  server(address: string): Promise<ServerFacts> {
    return discoverServer(address, this.surroundings.origin, this.httpParts);
  }

  async usernameAvailable(server: string, username: string): Promise<'available' | 'taken' | 'invalid'> {
    const http = new HttpClient((await this.server(server)).url, this.httpParts);
    try {
      await http.request('GET', '/_matrix/client/v3/register/available', {
        query: { username },
        signedIn: false,
      });
      return 'available';
    } catch (thrown) {
      const { errcode } = asMatrixError(thrown, 'protocol');
      if (errcode === 'M_USER_IN_USE' || errcode === 'M_EXCLUSIVE') return 'taken';
      if (errcode === 'M_INVALID_USERNAME') return 'invalid';
      throw thrown;
    }
  }

  async signUp(details: SignUp): Promise<void> {
    const http = new HttpClient((await this.server(details.server)).url, this.httpParts);
    const record = await register(http, details, this.surroundings.now);
    await this.signedIn(record, details.password);
    const name = details.displayName?.trim() ?? '';
    // The account exists now: a name that was not taken can be set later.
    if (name !== '') this.current.need().inBackground(this.people.setDisplayName(name));
  }

  async signIn(details: SignIn): Promise<void> {
    const http = new HttpClient((await this.server(details.server)).url, this.httpParts);
    await this.signedIn(await signIn(http, details, this.surroundings.now), details.password);
  }

  async signOut(): Promise<void> {
    const session = this.current.signal.value;
    const { record } = this;
    try {
      await session?.http.request('POST', '/_matrix/client/v3/logout', { body: {}, timeout: 10_000 });
    } catch (thrown) {
      // The device is emptied all the same; the server's side can be ended from another device.
      console.warn('The server was not told of the sign-out.', asMatrixError(thrown, 'network').message);
    }
    await this.endSession();
    await this.forget(record);
    this.status.value = 'signedOut';
  }

  async takeOver(): Promise<void> {
    if (this.status.value !== 'elsewhere') return;
    await this.tabs.take(true);
    await this.resume();
  }

  async changePassword(
    current: string,
    next: string,
    options: { readonly signOutOthers: boolean },
  ): Promise<void> {
    const session = this.current.need();
    await withPassword(
      session.own.userId,
      async () => current,
      (auth) =>
        session.http.request('POST', '/_matrix/client/v3/account/password', {
          body: {
            new_password: next,
            logout_devices: options.signOutOthers,
            ...(auth === undefined ? {} : { auth }),
          },
        }),
    );
  }

  // Settings

  async get(name: string): Promise<Json | undefined> {
    const store = await this.openStore();
    const kept = await store.get('kept', `setting:${name}`);
    return (kept ?? (await store.get('meta', `setting:${name}`))) as Json | undefined;
  }

  async set(name: string, value: Json, options: { readonly keep?: boolean } = {}): Promise<void> {
    const table = options.keep === true ? 'kept' : 'meta';
    await (await this.openStore()).write([{ table, key: `setting:${name}`, value }]);
  }

  private async openStore(): Promise<Store> {
    this.store ??= await this.surroundings.openStore();
    return this.store;
  }

  private async signedIn(record: SessionRecord, password: string): Promise<void> {
    const before = this.record;
    await this.endSession();
    // Another account's data (or an ended session's of another device) must not mix with the new one.
    const same = before?.userId === record.userId && before.server === record.server;
    if (before !== undefined && !same) await this.forget(before);
    else if (before !== undefined) await this.forgetPosition(before);
    const store = await this.openStore();
    await store.write([{ table: 'meta', key: 'session', value: record }]);
    this.record = record;
    this.password = password;
    await this.tabs.take(true);
    await this.begin(record);
  }

  /** Goes on with the saved session. Read only now that no other tab has it: that one may have renewed the tokens or signed out. */
  private async resume(): Promise<void> {
    const store = await this.openStore();
    this.record = (await store.get('meta', 'session')) as SessionRecord | undefined;
    if (this.record !== undefined) return this.begin(this.record);
    this.tabs.release();
    this.status.value = 'signedOut';
  }

  private async begin(record: SessionRecord): Promise<void> {
    const session = await Session.open({
      record,
      store: await this.openStore(),
      httpParts: this.httpParts,
      surroundings: this.surroundings,
      tokens: {
        current: () => this.record?.tokens,
        refreshed: (tokens) => this.keepTokens(session, tokens),
        expired: () => this.expired(),
      },
      failed: (error) => {
        if (error.errcode === 'M_UNKNOWN_TOKEN') this.expired();
        else this.fault.value = error;
      },
    });
    this.current.signal.value = session;
    this.status.value = 'signedIn';
    this.makeIdentityWhenReady(session);
    session.start();
  }

  /**
   * An account without an identity gets one as soon as encryption is there. Servers take the first one without a password, so that it is made
   * even where the page was closed after the sign-up; those that want it get the password that was just typed, if one was.
   */
  private makeIdentityWhenReady(session: Session): void {
    const stop = effect(() => {
      const { state, identity } = session.desk;
      if (state.value !== 'ready' || identity.value === 'unknown') return;
      const missing = identity.value === 'none';
      const { password } = this;
      this.password = undefined;
      queueMicrotask(() => stop());
      if (missing) session.inBackground(this.encryption.createIdentity(async () => password));
    });
  }

  private async endSession(): Promise<void> {
    const session = this.current.signal.value;
    this.current.signal.value = undefined;
    this.password = undefined;
    await session?.stop();
  }

  private async keepTokens(session: Session, tokens: Tokens): Promise<void> {
    // Of a session that has ended here: it may go on in another tab, with tokens of its own.
    if (this.record === undefined || this.current.signal.value !== session) return;
    this.record = { ...this.record, tokens };
    await session.store.write([{ table: 'meta', key: 'session', value: this.record }]);
  }

  private expired(): void {
    if (this.status.value !== 'signedIn') return;
    this.status.value = 'expired';
    this.current.signal.value?.sync.stop();
    // What waits goes out after the next sign-in.
    this.current.signal.value?.sender.stop();
  }

  private async lostToOtherTab(): Promise<void> {
    await this.endSession();
    this.status.value = 'elsewhere';
  }

  private async forget(record: SessionRecord | undefined): Promise<void> {
    this.record = undefined;
    this.tabs.release();
    await (await this.openStore()).clear();
    if (record !== undefined) await this.surroundings.deleteCryptoStore(cryptoStoreName(record));
  }

  /** Before the same account's next device: its position in sync and its keys are not the old device's. */
  private async forgetPosition(record: SessionRecord): Promise<void> {
    const store = await this.openStore();
    const rows = await store.range('deliveries');
    await store.write([
      { table: 'meta', key: 'position', value: undefined },
      ...rows.map((row) => ({ table: 'deliveries', key: row.key, value: undefined }) as const),
    ]);
    await this.surroundings.deleteCryptoStore(cryptoStoreName(record));
  }

  private retry(): void {
    const session = this.current.signal.value;
    session?.sync.retry();
    session?.sender.kick();
  }

  private saveTraffic(store: Store): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = this.traffic.traffic.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        const value = this.traffic.traffic.value;
        store.write([{ table: 'kept', key: 'traffic', value }]).catch((thrown: unknown) => {
          this.fault.value = asMatrixError(thrown, 'storage');
        });
      }, 5000);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }
}

function sessionFacts(
  own: { readonly userId: string; readonly deviceId: string },
  server: string,
): SessionFacts {
  return { ...own, server, serverName: own.userId.slice(own.userId.indexOf(':') + 1) };
}
