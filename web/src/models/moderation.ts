import type { Member, Permissions } from '../matrix/door.ts';

export type Role = Member['role'];

/** The power level that makes a role. */
export const rolePower: Readonly<Record<Role, number>> = { member: 0, moderator: 50, owner: 100 };

export interface Moderation {
  /** Roles that may be given to this member, theirs included; empty when none may be. */
  readonly roles: readonly Role[];
  readonly remove: boolean;
  readonly ban: boolean;
  readonly unban: boolean;
}

const nothing: Moderation = { roles: [], remove: false, ban: false, unban: false };

/**
 * What the signed-in user may do about a member: only about those with less power than their own, and no role above
 * their own (specification, authorisation rules of `m.room.member` and `m.room.power_levels`).
 */
export function mayActOn(
  member: Member,
  members: readonly Member[],
  own: string | undefined,
  permissions: Permissions,
): Moderation {
  const power = members.find((one) => one.userId === own)?.power ?? 0;
  if (member.userId === own || member.power >= power) return nothing;
  const banned = member.membership === 'ban';
  const joined = member.membership === 'join';
  const roles = Object.keys(rolePower) as Role[];
  return {
    roles: permissions.changeRoles && joined ? roles.filter((role) => rolePower[role] <= power) : [],
    remove: permissions.kick && !banned,
    ban: permissions.ban && !banned,
    // Unblocking is a removal of somebody who is blocked: both rights are asked for.
    unban: permissions.ban && permissions.kick && banned,
  };
}

/** Whether the signed-in user may mute and remove somebody in the room's meeting; `userId` is absent for guests. */
export function mayModerateCall(
  userId: string | undefined,
  members: readonly Member[],
  own: string | undefined,
  permissions: Permissions,
): boolean {
  // Whoever may invite decides about guests.
  if (userId === undefined) return permissions.invite;
  if (!permissions.kick || userId === own) return false;
  const powerOf = (id: string | undefined) => members.find((one) => one.userId === id)?.power;
  return (powerOf(own) ?? 0) > (powerOf(userId) ?? 0);
}
