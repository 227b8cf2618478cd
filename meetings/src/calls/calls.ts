import { createHash } from 'node:crypto';
import { canonicalJson, encodeBase64, encodeBase64Url } from '@majlis/protocol';
import type { JoinAnswer, MeetingAnswer, ParticipantAttributes } from '@majlis/protocol';
import { forbidden, notFound } from '../http/errors.ts';
import type { Livekit } from '../livekit.ts';
import type { MeetingsParts } from '../parts.ts';
import type { RoomRights } from '../access/room-rights.ts';

/** LiveKit's name of a Matrix room's call: as MSC4195 forms it, so that Element Call meets us in the same room. */
export function callName(roomId: string): string {
  const hash = createHash('sha256')
    .update(canonicalJson([roomId, 'm.call#ROOM']))
    .digest();
  return encodeBase64(new Uint8Array(hash));
}

/** LiveKit's name of a member's device, as clients that announce themselves by state event look for it. Draft: MSC4143. */
export function deviceIdentity({ userId, deviceId }: { userId: string; deviceId: string }): string {
  return `${userId}:${deviceId}`;
}

/** The calls of rooms: who gets a token, who is there, who is put out. */
export class Calls {
  readonly #parts: Pick<MeetingsParts, 'storage' | 'clock' | 'random' | 'options' | 'log'>;
  readonly #livekit: Livekit;
  /** Matrix rooms by the names of their calls. */
  readonly #roomIds = new Map<string, string>();

  constructor(
    parts: Pick<MeetingsParts, 'storage' | 'clock' | 'random' | 'options' | 'log'>,
    livekit: Livekit,
  ) {
    this.#parts = parts;
    this.#livekit = livekit;
  }

  /** Takes up the calls that may have gone on while the server was away. */
  async start(): Promise<void> {
    for (const { callName: call, roomId } of await this.#parts.storage.meetings.calls())
      this.#roomIds.set(call, roomId);
  }

  roomIdOf(call: string): string | undefined {
    return this.#roomIds.get(call);
  }

  get active(): ReadonlyMap<string, string> {
    return this.#roomIds;
  }

  /**
   * @param as - the identity, random unless given, and how the member's program shares media keys.
   * @throws Refusal 403 for a member who was put out of this meeting.
   */
  async joinMember(
    rights: RoomRights,
    member: { userId: string; deviceId: string },
    as: { identity?: string; keys?: 'epochs' },
  ): Promise<JoinAnswer> {
    if (await this.#parts.storage.meetings.isRemoved(rights.roomId, member.userId)) {
      throw forbidden('You were removed from this meeting');
    }
    return this.#join(rights.roomId, as.identity ?? this.#identity(), rights.displayName, {
      user_id: member.userId,
      device_id: member.deviceId,
      ...(as.keys !== undefined && { keys: as.keys }),
    });
  }

  joinGuest(guest: { roomId: string; guestId: string; name: string }): Promise<JoinAnswer> {
    return this.#join(guest.roomId, this.#identity(), guest.name, { guest_id: guest.guestId });
  }

  async meeting(roomId: string): Promise<MeetingAnswer> {
    const participants = await this.#livekit.participants(callName(roomId));
    return {
      active: participants.length > 0,
      participants: participants.map(({ identity, name, attributes, joinedTs }) => ({
        identity,
        name,
        ...(attributes.user_id !== undefined && { user_id: attributes.user_id }),
        ...(attributes.guest_id !== undefined && { guest_id: attributes.guest_id }),
        joined_ts: joinedTs,
      })),
    };
  }

  /** Puts a participant out, and keeps them out until the meeting is over. @throws Refusal 403, 404. */
  async remove(rights: RoomRights, identity: string): Promise<void> {
    const participant = await this.#participant(rights.roomId, identity);
    await this.checkModeration(rights, participant.attributes);
    const { user_id: userId, guest_id: guestId } = participant.attributes;
    const { meetings } = this.#parts.storage;
    // First the refusal, then the removal: a token asked for in between must not be given.
    if (userId !== undefined) await meetings.removeMember(rights.roomId, userId, this.#parts.clock.now());
    if (guestId !== undefined) await meetings.setGuestState(guestId, 'removed', ['waiting', 'admitted']);
    await this.removeEverywhere(rights.roomId, (attributes) =>
      userId === undefined ? attributes.guest_id === guestId : attributes.user_id === userId,
    );
  }

  async mute(rights: RoomRights, identity: string): Promise<void> {
    const participant = await this.#participant(rights.roomId, identity);
    await this.checkModeration(rights, participant.attributes);
    await this.#livekit.mute(callName(rights.roomId), identity);
  }

  /** Removes all participants whom `is` names. */
  async removeEverywhere(roomId: string, is: (attributes: ParticipantAttributes) => boolean): Promise<void> {
    const call = callName(roomId);
    for (const participant of await this.#livekit.participants(call)) {
      if (is(participant.attributes)) await this.#livekit.remove(call, participant.identity);
    }
  }

  /** Ids of the guests who are in the call by this link. */
  async guestsIn(roomId: string, linkId: string): Promise<ReadonlySet<string>> {
    const guests = new Set<string>();
    for (const { attributes } of await this.#livekit.participants(callName(roomId))) {
      const guest = attributes.guest_id && (await this.#parts.storage.meetings.guest(attributes.guest_id));
      if (guest && guest.linkId === linkId) guests.add(guest.guestId);
    }
    return guests;
  }

  async checkModeration(rights: RoomRights, attributes: ParticipantAttributes): Promise<void> {
    const { user_id: userId } = attributes;
    const allowed = userId === undefined ? rights.mayAdmit : rights.mayRemove(userId);
    if (!allowed) throw forbidden('You may not do this to this participant');
  }

  forget(call: string): void {
    this.#roomIds.delete(call);
  }

  async #participant(roomId: string, identity: string): Promise<{ attributes: ParticipantAttributes }> {
    const participants = await this.#livekit.participants(callName(roomId));
    const participant = participants.find((one) => one.identity === identity);
    if (participant === undefined) throw notFound('There is no such participant');
    return participant;
  }

  async #join(
    roomId: string,
    identity: string,
    name: string,
    attributes: ParticipantAttributes,
  ): Promise<JoinAnswer> {
    const call = callName(roomId);
    if (!this.#roomIds.has(call)) {
      await this.#parts.storage.meetings.noteCall(call, roomId);
      this.#roomIds.set(call, roomId);
    }
    await this.#livekit.ensureRoom(call);
    const token = await this.#livekit.token(call, { identity, name, attributes });
    return { url: this.#parts.options.livekitPublicUrl, token, identity };
  }

  /** Public, random, and no key to anything. */
  #identity(): string {
    return encodeBase64Url(this.#parts.random.bytes(15));
  }
}
