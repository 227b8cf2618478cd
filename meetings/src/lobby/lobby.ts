import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { encodeBase64Url, meetingLimits } from '@majlis/protocol';
import type { GuestAnswer, KnockAnswer, LobbyAnswer } from '@majlis/protocol';
import type { MeetingGuestRow, MeetingLinkRow } from '@majlis/storage';
import { forbidden, notFound, tooMany, unauthorized } from '../http/errors.ts';
import type { MeetingsParts } from '../parts.ts';
import { Attendance } from './attendance.ts';
import { Boxes } from './boxes.ts';

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const members = 'members';
const guest = (guestId: string): string => `guest ${guestId}`;

type LobbyParts = Pick<MeetingsParts, 'storage' | 'clock' | 'random' | 'scheduler' | 'log'>;

interface RoomLobby {
  version: number;
  readonly waiting: Set<() => void>;
}

/** Where guests wait until a member of the room lets them in. */
export class Lobby {
  readonly #parts: LobbyParts;
  readonly #boxes = new Boxes();
  readonly #attendance: Attendance;
  readonly #rooms = new Map<string, RoomLobby>();
  #closed = false;

  constructor(parts: LobbyParts) {
    this.#parts = parts;
    this.#attendance = new Attendance(parts.scheduler, (guestId) => void this.#silent(guestId));
  }

  /** @throws Refusal 429 when too many wait at this link. */
  async knock(link: MeetingLinkRow, name: string, keyOffer: string | undefined): Promise<KnockAnswer> {
    const { storage, random, clock } = this.#parts;
    const guestId = encodeBase64Url(random.bytes(12));
    const secret = encodeBase64Url(random.bytes(24));
    const row: MeetingGuestRow = {
      guestId,
      linkId: link.linkId,
      roomId: link.roomId,
      name,
      secretHash: digest(secret),
      state: 'waiting',
      keyOffer: keyOffer ?? null,
      knockedTs: clock.now(),
    };
    if (!(await storage.meetings.addGuest(row, meetingLimits.waiting_guests))) throw tooMany(30_000);
    this.#attendance.expect(guestId);
    this.#changed(link.roomId);
    return { guest_id: guestId, guest_secret: secret };
  }

  /** The guest whose secret this is. @throws Refusal 401, 404. */
  async guest(linkId: string, guestId: string, secret: string | undefined): Promise<MeetingGuestRow> {
    const row = await this.#parts.storage.meetings.guest(guestId);
    if (row === undefined || row.linkId !== linkId) throw notFound('There is no such guest');
    const given = digest(secret ?? '');
    if (secret === undefined || !timingSafeEqual(given, Buffer.from(row.secretHash))) {
      throw unauthorized('This is not the secret of this guest');
    }
    return row;
  }

  /** Lets a waiting guest in or turns them away. @throws Refusal 404 when nobody of this id waits in this room. */
  async decide(roomId: string, guestId: string, admit: boolean): Promise<void> {
    const row = await this.#parts.storage.meetings.guest(guestId);
    const waiting = row?.roomId === roomId;
    const changed =
      waiting &&
      (await this.#parts.storage.meetings.setGuestState(guestId, admit ? 'admitted' : 'refused', [
        'waiting',
      ]));
    if (!changed) throw notFound('No such guest is waiting');
    this.#attendance.forget(guestId);
    this.#changed(roomId);
  }

  /** A guest who waits goes away: nobody lets them in any more, and their place is free. Nothing happens to who is in. */
  async withdraw(guestId: string): Promise<void> {
    this.#attendance.forget(guestId);
    const roomId = await this.#parts.storage.meetings.removeWaitingGuest(guestId);
    if (roomId !== undefined) this.#changed(roomId);
  }

  /** Hands a box to a guest who waits or is in. */
  async sealForGuest(roomId: string, guestId: string, from: string, sealed: string): Promise<void> {
    const row = await this.#parts.storage.meetings.guest(guestId);
    if (row?.roomId !== roomId || (row.state !== 'waiting' && row.state !== 'admitted')) {
      throw notFound('There is no such guest in this meeting');
    }
    this.#put(roomId, guest(guestId), from, sealed);
  }

  /** Hands a guest's box to the members. @throws Refusal 403 before the guest is admitted. */
  sealForMembers(row: MeetingGuestRow, sealed: string): void {
    if (row.state !== 'admitted') throw forbidden('You have not been let in');
    this.#put(row.roomId, members, row.guestId, sealed);
  }

  async lobbyAnswer(roomId: string, since: number): Promise<LobbyAnswer> {
    const { version } = this.#room(roomId);
    const guests = await this.#parts.storage.meetings.presentGuests(roomId);
    // After a start of the server nobody has been heard of yet.
    for (const { guestId, state } of guests) if (state === 'waiting') this.#attendance.expect(guestId);
    return {
      version,
      guests: guests.map((row) => ({
        guest_id: row.guestId,
        name: row.name,
        state: row.state,
        knocked_ts: row.knockedTs,
        ...(row.keyOffer !== null && { key_offer: row.keyOffer }),
      })),
      keys: this.#boxes.after(roomId, members, since),
    };
  }

  async guestAnswer(guestId: string, roomId: string, since: number): Promise<GuestAnswer> {
    const { version } = this.#room(roomId);
    const row = await this.#parts.storage.meetings.guest(guestId);
    const state = row?.state ?? 'refused';
    return {
      version,
      state,
      keys: state === 'admitted' ? this.#boxes.after(roomId, guest(guestId), since) : [],
    };
  }

  /** Waits as {@link wait} does; a guest who waits is there for as long as they ask. */
  async waitAsGuest(
    row: MeetingGuestRow,
    since: number,
    waitMs: number,
    response: ServerResponse,
  ): Promise<void> {
    const over = row.state === 'waiting' ? this.#attendance.asks(row.guestId) : undefined;
    try {
      await this.wait(row.roomId, since, waitMs, response);
    } finally {
      over?.();
    }
  }

  /** Waits until the lobby's version passes `since`, for at most `waitMs`, or until the client goes. */
  async wait(roomId: string, since: number, waitMs: number, response: ServerResponse): Promise<void> {
    const room = this.#room(roomId);
    if (room.version > since || waitMs === 0 || this.#closed) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        cancel();
        response.off('close', wake);
        room.waiting.delete(wake);
        resolve();
      };
      const cancel = this.#parts.scheduler.after(waitMs, wake);
      response.on('close', wake);
      room.waiting.add(wake);
    });
  }

  /** A guest's or member's place has changed: those who watch look again. */
  changed(roomId: string): void {
    this.#changed(roomId);
  }

  /** The meeting is over: keys in passing are forgotten. */
  ended(roomId: string): void {
    this.#boxes.drop(roomId);
    this.#changed(roomId);
  }

  /** Ends all waiting, for good. */
  close(): void {
    this.#closed = true;
    this.#attendance.close();
    for (const roomId of this.#rooms.keys()) this.#wake(roomId);
  }

  async #silent(guestId: string): Promise<void> {
    try {
      await this.withdraw(guestId);
    } catch (error) {
      this.#parts.log.warn('a guest who is gone is still listed', { error: String(error) });
      this.#attendance.expect(guestId);
    }
  }

  #put(roomId: string, recipient: string, from: string, sealed: string): void {
    this.#boxes.put(roomId, recipient, { version: this.#next(roomId), from, sealed });
    this.#wake(roomId);
  }

  #changed(roomId: string): void {
    this.#next(roomId);
    this.#wake(roomId);
  }

  #next(roomId: string): number {
    const room = this.#room(roomId);
    room.version += 1;
    return room.version;
  }

  #wake(roomId: string): void {
    this.#rooms.get(roomId)?.waiting.forEach((wake) => wake());
  }

  /** Versions begin at the time, so that those of an earlier process are never ahead of this one's. */
  #room(roomId: string): RoomLobby {
    let room = this.#rooms.get(roomId);
    if (room === undefined) {
      room = { version: this.#parts.clock.now(), waiting: new Set() };
      this.#rooms.set(roomId, room);
    }
    return room;
  }
}
