import { effect, untracked } from '@preact/signals-core';
import type { JsonContent, Signalling } from '../matrix/door.ts';
import { MatrixError } from '../matrix/door.ts';
import { Turns } from '../matrix/turns.ts';

const type = 'org.matrix.msc3401.call.member';
/** Says that a member is here with this program. */
const mark = 'org.majlis.keys';
/** The server sends the leave by itself when this device has been silent for so long; milliseconds. */
const deadAfter = 60_000;
const signOfLife = 20_000;
const expires = 4 * 3_600_000;
/** So long before it expires an announcement is made anew. */
const renewBefore = 600_000;

/**
 * Tells the room that this device is in its meeting (MatrixRTC, state form), with a delayed leave in case it vanishes (MSC4140). Element
 * Call takes from it whom to give media keys to and where to find the media: the transport, and `userId:deviceId` there.
 */
export class CallAnnouncement {
  /** Whether somebody is announced in the room's meeting who came with another program, such as Element Call. */
  static othersIn(signalling: Signalling, roomId: string): boolean {
    return signalling
      .watchState(roomId, type)
      .value.some(({ content }) => content['application'] === 'm.call' && content[mark] === undefined);
  }

  /** Calls `tell` once somebody is announced who came with another program. @returns how to stop */
  static onOthers(signalling: Signalling, roomId: string, tell: () => void): () => void {
    return effect(() => {
      if (CallAnnouncement.othersIn(signalling, roomId)) untracked(tell);
    });
  }

  private readonly signalling: Signalling;
  private readonly roomId: string;
  private readonly stateKey: string;
  private readonly deviceId: string;
  private readonly now: () => number;
  private timer: ReturnType<typeof setInterval> | undefined;
  private delayId: string | undefined;
  /** When the room was told first; undefined before. */
  private since: number | undefined;
  private tried = false;
  /** Until when the announcement holds; 0 when it must be made (again). */
  private until = 0;
  private wanted = false;
  /** One after the other, so that a leave is never overtaken. */
  private readonly turns = new Turns();

  constructor(
    signalling: Signalling,
    roomId: string,
    own: { userId: string; deviceId: string },
    now: () => number,
  ) {
    this.signalling = signalling;
    this.roomId = roomId;
    this.deviceId = own.deviceId;
    this.stateKey = `_${own.userId}_${own.deviceId}_m.call`;
    this.now = now;
  }

  /** Keeps the room told until `end`: what fails is tried again at the next sign of life. */
  announce(): Promise<void> {
    this.wanted = true;
    this.timer ??= setInterval(() => void this.inTurn(() => this.live()), signOfLife);
    return this.inTurn(() => this.live());
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    if (!this.wanted) return;
    this.wanted = false;
    await this.inTurn(async () => {
      // Where the leave cannot be sent, the server sends the scheduled one.
      if (this.tried) await this.signalling.sendState(this.roomId, type, this.stateKey, {});
      await this.cancelLeave();
    });
  }

  private async live(): Promise<void> {
    if (!this.wanted) return;
    if (this.delayId !== undefined) await this.restartLeave();
    if (this.delayId === undefined) await this.scheduleLeave();
    if (this.until > this.now() + renewBefore || !this.wanted) return;
    const content = await this.content();
    this.tried = true;
    await this.signalling.sendState(this.roomId, type, this.stateKey, content);
    this.since ??= this.now();
    this.until = this.now() + expires;
  }

  private async content(): Promise<JsonContent> {
    const { since } = this;
    const foci = await this.transports();
    return {
      application: 'm.call',
      [mark]: 'epochs',
      call_id: '',
      scope: 'm.room',
      device_id: this.deviceId,
      // Counted from the event itself, or from the first one.
      expires: since === undefined ? expires : this.now() - since + expires,
      ...(since === undefined ? {} : { created_ts: since }),
      focus_active: { type: 'livekit', focus_selection: 'multi_sfu' },
      foci_preferred: foci.map((url) => ({
        type: 'livekit',
        livekit_service_url: url,
        livekit_alias: this.roomId,
      })),
    };
  }

  /** Where this server's token service is, as other clients must find it. */
  private async transports(): Promise<readonly string[]> {
    const path = '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports';
    try {
      const { rtc_transports: all } = await this.signalling.request('GET', path);
      const livekit = (Array.isArray(all) ? all : []) as readonly JsonContent[];
      return livekit.flatMap(({ type: kind, livekit_service_url: url }) =>
        kind === 'livekit' && typeof url === 'string' ? [url] : [],
      );
    } catch (thrown) {
      if (thrown instanceof MatrixError && thrown.kind === 'server') return [];
      throw thrown;
    }
  }

  private async scheduleLeave(): Promise<void> {
    const place = `${encodeURIComponent(type)}/${encodeURIComponent(this.stateKey)}`;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(this.roomId)}/state/${place}`;
    try {
      const answer = await this.signalling.request(
        'PUT',
        `${path}?org.matrix.msc4140.delay=${deadAfter}`,
        {},
      );
      const id = answer['delay_id'];
      if (typeof id === 'string') this.delayId = id;
    } catch (thrown) {
      // A server without delayed events: the announcement ends by its expiry.
      console.warn('The leave is not scheduled.', thrown instanceof Error ? thrown.message : thrown);
    }
  }

  private async restartLeave(): Promise<void> {
    try {
      await this.manage('restart');
    } catch (thrown) {
      const gone = thrown instanceof MatrixError && (thrown.status === 404 || thrown.status === 409);
      if (!gone) throw thrown;
      // Sent by now: the room was told that this device is gone, which is not so.
      this.delayId = undefined;
      this.until = 0;
    }
  }

  private async cancelLeave(): Promise<void> {
    if (this.delayId !== undefined) await this.manage('cancel');
    this.delayId = undefined;
  }

  private async manage(action: 'restart' | 'cancel'): Promise<void> {
    const id = encodeURIComponent(this.delayId ?? '');
    const path = `/_matrix/client/unstable/org.matrix.msc4140/delayed_events/${id}/${action}`;
    await this.signalling.request('POST', path, {});
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turns.run(work);
    done.catch((thrown: unknown) => {
      console.warn('The room is told later.', thrown instanceof Error ? thrown.message : thrown);
    });
    return done;
  }
}
