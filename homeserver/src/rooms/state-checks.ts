import { isRoomAlias } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import type { Storage } from '@majlis/storage';
import { MatrixError, badJson, invalidParam } from '../http/errors.ts';
import type { Memberships } from './memberships.ts';

/** What the rules of rooms allow and would still mislead everybody, or come against somebody's will. */
export class StateChecks {
  readonly #storage: Storage;
  readonly #memberships: Memberships;

  constructor(storage: Storage, memberships: Memberships) {
    this.#storage = storage;
    this.#memberships = memberships;
  }

  /** @throws MatrixError for aliases that lead elsewhere, for invitations that nobody can take, for a second creation. */
  async check(
    roomNid: number,
    { type, stateKey, content }: { type: string; stateKey: string; content: JsonObject },
  ): Promise<void> {
    if (type === 'm.room.create') throw badJson('A room is created once');
    if (type === 'm.room.member' && content['membership'] === 'invite')
      await this.#memberships.checkInvitee(stateKey);
    if (type !== 'm.room.canonical_alias') return;
    for (const alias of canonicalAliases(content)) {
      const found = await this.#storage.rooms.alias(alias);
      if (found?.roomNid !== roomNid) throw leadsElsewhere(alias);
    }
  }
}

export const leadsElsewhere = (alias: string): MatrixError =>
  new MatrixError(400, 'M_BAD_ALIAS', `${alias} does not lead to this room`);

/** The aliases that the content of an `m.room.canonical_alias` event names. @throws MatrixError when one is none. */
export function canonicalAliases(content: JsonObject): string[] {
  const alternatives = content['alt_aliases'] ?? [];
  if (!Array.isArray(alternatives)) throw badJson("'alt_aliases' must be an array");
  return [content['alias'], ...alternatives].flatMap((alias) => {
    if (alias === undefined || alias === null || alias === '') return [];
    if (typeof alias !== 'string' || !isRoomAlias(alias))
      throw invalidParam('A canonical alias must be a valid alias');
    return [alias];
  });
}
