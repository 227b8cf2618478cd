import type { JsonContent, Signalling } from '../matrix/door.ts';

const type = 'org.matrix.msc3401.call.member';
/** The server sends the leave by itself when this device has been silent for so long; milliseconds. */
const deadAfter = 60_000;
const signOfLife = 20_000;
const expires = 4 * 3_600_000;

/** Tells the room that this device is in its meeting (MatrixRTC, state form), with a delayed leave in case it vanishes (MSC4140). */
export class CallAnnouncement {
  private readonly signalling: Signalling;
  private readonly roomId: string;
  private readonly stateKey: string;
  private readonly deviceId: string;
  private timer: ReturnType<typeof setInterval> | undefined;
  private delayId: string | undefined;
  private announced = false;

  constructor(signalling: Signalling, roomId: string, own: { userId: string; deviceId: string }) {
    this.signalling = signalling;
    this.roomId = roomId;
    this.deviceId = own.deviceId;
    this.stateKey = `_${own.userId}_${own.deviceId}_m.call`;
  }

  async announce(now: number): Promise<void> {
    this.announced = true;
    this.timer = setInterval(() => void this.live(), signOfLife);
    await this.scheduleLeave();
    await this.signalling.sendState(this.roomId, type, this.stateKey, {
      application: 'm.call',
      call_id: '',
      scope: 'm.room',
      device_id: this.deviceId,
      expires,
      created_ts: now,
      focus_active: { type: 'livekit', focus_selection: 'oldest_membership' },
      foci_preferred: [],
    });
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
    if (!this.announced) return;
    this.announced = false;
    await this.signalling.sendState(this.roomId, type, this.stateKey, {});
    if (this.delayId !== undefined) await this.manage('cancel');
  }

  private async live(): Promise<void> {
    try {
      if (this.delayId === undefined) await this.scheduleLeave();
      else await this.manage('restart');
    } catch {
      this.delayId = undefined; // Sent or unknown by now: the next sign of life schedules another.
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

  private async manage(action: 'restart' | 'cancel'): Promise<JsonContent> {
    const id = encodeURIComponent(this.delayId ?? '');
    const path = `/_matrix/client/unstable/org.matrix.msc4140/delayed_events/${id}/${action}`;
    return this.signalling.request('POST', path, {});
  }
}
