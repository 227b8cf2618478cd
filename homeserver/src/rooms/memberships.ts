import { actionLevel, membershipOf, powerLevel } from '@majlis/protocol';
import type { JsonObject, JsonValue } from '@majlis/protocol';
import { MatrixError, forbidden, notFound } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import { textOf } from './room.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { Draft, Sender } from './sender.ts';

/** Joining, leaving, inviting and removing, as `m.room.member` events. */
export class Memberships {
  readonly #parts: Pick<HomeserverParts, 'storage'>;
  readonly #rooms: Rooms;
  readonly #sender: Sender;

  constructor(parts: Pick<HomeserverParts, 'storage'>, rooms: Rooms, sender: Sender) {
    this.#parts = parts;
    this.#rooms = rooms;
    this.#sender = sender;
  }

  /** The profile members that a membership event carries. */
  async profileOf(userId: string): Promise<JsonObject> {
    const account = await this.#parts.storage.accounts.account(userId);
    const content: JsonObject = {};
    for (const field of ['displayname', 'avatar_url']) {
      const value = account?.profile[field];
      if (typeof value === 'string') content[field] = value;
    }
    return content;
  }

  async join(roomId: string, userId: string, reason?: string): Promise<void> {
    const room = await this.#rooms.byId(roomId);
    if (membershipOf(room.upcoming, userId) === 'join') return;
    const authoriser = await this.#joinAuthoriser(room, userId);
    await this.#sender.send(
      roomId,
      member(userId, userId, {
        ...(await this.profileOf(userId)),
        membership: 'join',
        ...(reason !== undefined && { reason }),
        ...(authoriser !== undefined && { join_authorised_via_users_server: authoriser }),
      }),
    );
  }

  async knock(roomId: string, userId: string, reason?: string): Promise<void> {
    await this.#sender.send(
      roomId,
      member(userId, userId, {
        ...(await this.profileOf(userId)),
        membership: 'knock',
        ...(reason !== undefined && { reason }),
      }),
    );
  }

  /** @throws MatrixError 404 when there is no such user here, 403 when they take no invitations. */
  async invite(roomId: string, sender: string, target: string, details: JsonObject = {}): Promise<void> {
    await this.#sender.send(roomId, await this.inviteDraft(sender, target, details));
  }

  /** @throws MatrixError as `invite`. */
  async checkInvitee(target: string): Promise<void> {
    const account = await this.#parts.storage.accounts.account(target);
    if (account === undefined || account.deactivated) throw notFound(`There is no user ${target} here`);
    if (await this.#blocksInvites(target))
      throw new MatrixError(403, 'M_INVITE_BLOCKED', `${target} takes no invitations`);
  }

  async inviteDraft(sender: string, target: string, details: JsonObject = {}): Promise<Draft> {
    await this.checkInvitee(target);
    return member(sender, target, { ...details, ...(await this.profileOf(target)), membership: 'invite' });
  }

  /** Client-Server API 1.18, "Invite permission". */
  async #blocksInvites(userId: string): Promise<boolean> {
    const text = await this.#parts.storage.rooms.accountDataOf(userId, 0, 'm.invite_permission_config');
    return text !== undefined && (JSON.parse(text) as JsonObject)['default_action'] === 'block';
  }

  /** Own leave, removal, or lifting a ban: all are the membership `leave`. */
  async leave(roomId: string, sender: string, target: string, reason?: string): Promise<void> {
    await this.#sender.send(
      roomId,
      member(sender, target, { membership: 'leave', ...(reason !== undefined && { reason }) }),
    );
  }

  async ban(roomId: string, sender: string, target: string, reason?: string): Promise<void> {
    await this.#sender.send(
      roomId,
      member(sender, target, { membership: 'ban', ...(reason !== undefined && { reason }) }),
    );
  }

  /**
   * For restricted rooms: the member in whose name the server vouches for the join.
   * @throws MatrixError M_FORBIDDEN when the user is in none of the rooms that the rule allows.
   */
  async #joinAuthoriser(room: Room, userId: string): Promise<string | undefined> {
    const rule = room.upcoming('m.room.join_rules', '')?.pdu.content;
    if (rule?.['join_rule'] !== 'restricted' && rule?.['join_rule'] !== 'knock_restricted') return undefined;
    if (membershipOf(room.upcoming, userId) === 'invite') return undefined;
    if (!(await this.#inAllowedRoom(rule['allow'], userId))) {
      throw forbidden('Joining this room needs an invitation or membership of another room');
    }
    const inviteLevel = actionLevel(room.upcoming, 'invite');
    for (const candidate of room.joined) {
      if (powerLevel(room.upcoming, candidate, room.version) >= inviteLevel) return candidate;
    }
    throw forbidden('Nobody in this room may let others in');
  }

  async #inAllowedRoom(allow: JsonValue | undefined, userId: string): Promise<boolean> {
    if (!Array.isArray(allow)) return false;
    for (const entry of allow.slice(0, 100)) {
      if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) continue;
      if (entry['type'] !== 'm.room_membership' || typeof entry['room_id'] !== 'string') continue;
      const allowed = await this.#rooms.find(entry['room_id']);
      if (allowed?.membership(userId) === 'join') return true;
    }
    return false;
  }
}

function member(sender: string, target: string, content: JsonObject): Draft {
  return { type: 'm.room.member', sender, stateKey: target, content };
}

/** The name a person has in a room. */
export function displayNameIn(room: Room, userId: string): string | undefined {
  return textOf(room.current('m.room.member', userId), 'displayname');
}
