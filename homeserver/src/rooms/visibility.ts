import { mayUserSeeEvent } from '@majlis/protocol';
import type { Storage, StoredEvent } from '@majlis/storage';
import type { Erasures } from './erasures.ts';
import { isIgnored } from './ignored-people.ts';
import type { IgnoredPeople } from './ignored-people.ts';
import { parsePdu, textOf } from './room.ts';
import type { Room } from './room.ts';

interface Interval {
  readonly from: number;
  readonly to: number;
  readonly value: string;
}

/** What a user may see of a room's history (Client-Server API, "Room history visibility"). */
export interface Sight {
  /**
   * How far what is there now may be told: 'now' to members and where the history is world readable; to former members the
   * timeline index at which they last left; undefined to those who were never in.
   */
  readonly until: 'now' | number | undefined;
  /** The timeline index at which a former member last left. */
  readonly leftAt: number | undefined;
  /** Whether the event may be shown: neither hidden by the room's history visibility nor from somebody the user ignores. */
  readonly sees: (event: StoredEvent) => boolean;
  /** The user's membership once the event was there. */
  readonly membershipAt: (event: Pick<StoredEvent, 'tl'>) => string;
  /** What is shown of an event that may be: emptied if its sender was erased before the user could see it. */
  readonly shown: (event: StoredEvent) => StoredEvent;
  /** Whom the user ignores. */
  readonly ignored: ReadonlySet<string>;
}

/** What a user may see whomever they ignore. */
export type HistorySight = Omit<Sight, 'ignored'>;

function at(intervals: readonly Interval[], tl: number, fallback: string): string {
  return intervals.find((interval) => interval.from <= tl && tl < interval.to)?.value ?? fallback;
}

/** A sight with the events it was worked out from: it holds until one of them changes. */
interface Known {
  readonly member: string | undefined;
  readonly setting: string | undefined;
  readonly history: HistorySight;
}

const sights_per_room_max = 1_000;

/** Works out visibility from the intervals in which memberships and settings held, read once per question. */
export class Visibility {
  readonly #storage: Storage;
  readonly #erasures: Erasures;
  readonly #ignoredPeople: IgnoredPeople;
  readonly #known = new WeakMap<Room, Map<string, Known>>();

  constructor(storage: Storage, erasures: Erasures, ignoredPeople: IgnoredPeople) {
    this.#storage = storage;
    this.#erasures = erasures;
    this.#ignoredPeople = ignoredPeople;
  }

  async sight(room: Room, userId: string): Promise<Sight> {
    const history = await this.history(room, userId);
    const ignored = await this.#ignoredPeople.of(userId);
    if (ignored.size === 0) return { ...history, ignored };
    return { ...history, ignored, sees: (event) => !isIgnored(ignored, event) && history.sees(event) };
  }

  /** For a joined member of a room whose history was always shared, no read is needed. */
  async history(room: Room, userId: string): Promise<HistorySight> {
    const setting = room.current('m.room.history_visibility', '');
    const value = textOf(setting, 'history_visibility') ?? 'shared';
    const member = room.current('m.room.member', userId);
    const untouched = setting === undefined || setting.pdu.unsigned?.['replaces_state'] === undefined;
    if (
      textOf(member, 'membership') === 'join' &&
      untouched &&
      (value === 'shared' || value === 'world_readable')
    ) {
      const joinedAt = member?.stored.tl ?? 0;
      const first = member?.pdu.unsigned?.['replaces_state'] === undefined;
      if (first) {
        return {
          until: 'now',
          leftAt: undefined,
          sees: () => true,
          membershipAt: (event) => (event.tl >= joinedAt ? 'join' : 'leave'),
          shown: this.#shown(room, userId, (_event, erasedAt) => joinedAt <= erasedAt),
        };
      }
    }
    const known = this.#known.get(room)?.get(userId);
    if (known !== undefined && known.member === member?.eventId && known.setting === setting?.eventId)
      return known.history;
    const history = await this.#fromHistory(room, userId);
    const ofRoom = this.#known.get(room) ?? new Map<string, Known>();
    this.#known.set(room, ofRoom);
    if (ofRoom.size >= sights_per_room_max) ofRoom.clear();
    ofRoom.set(userId, { member: member?.eventId, setting: setting?.eventId, history });
    return history;
  }

  async #fromHistory(room: Room, userId: string): Promise<HistorySight> {
    const [settings, memberships] = await Promise.all([
      this.#intervals(room, 'm.room.history_visibility', '', 'history_visibility'),
      this.#intervals(room, 'm.room.member', userId, 'membership'),
    ]);
    const lastJoin = memberships.findLast((interval) => interval.value === 'join');
    const membershipAt = ({ tl }: Pick<StoredEvent, 'tl'>): string => at(memberships, tl, 'leave');
    const leftAt = room.membership(userId) === 'join' ? undefined : lastJoin?.to;
    const now =
      room.membership(userId) === 'join' || settings.at(-1)?.value === 'world_readable' ? 'now' : undefined;
    const sees = (event: StoredEvent): boolean =>
      mayUserSeeEvent({
        userId,
        event: parsePdu(event),
        historyVisibility: at(settings, event.tl - 1, 'shared'),
        membership: at(memberships, event.tl - 1, 'leave'),
        joinedAfter: lastJoin !== undefined && lastJoin.to > event.tl,
      });
    const couldSee = (event: StoredEvent, erasedAt: number): boolean => {
      const setting = at(settings, event.tl - 1, 'shared');
      const membership = at(memberships, event.tl - 1, 'leave');
      if (membership === 'join') return true;
      if (membership === 'invite' && setting === 'invited') return true;
      const open = setting === 'shared' || setting === 'world_readable';
      return (
        open &&
        memberships.some(({ from, to, value }) => value === 'join' && from <= erasedAt && to > event.tl)
      );
    };
    return {
      until: now ?? leftAt,
      leftAt,
      sees,
      membershipAt,
      shown: this.#shown(room, userId, couldSee),
    };
  }

  /** @param couldSee whether the user had the event in sight when its sender was erased, by being a member. */
  #shown(
    room: Room,
    userId: string,
    couldSee: (event: StoredEvent, erasedAt: number) => boolean,
  ): Sight['shown'] {
    return (event) => {
      const erasedAt = this.#erasures.of(event);
      if (erasedAt === undefined || event.stateKey === userId || couldSee(event, erasedAt)) return event;
      return this.#erasures.emptied(event, room);
    };
  }

  async #intervals(room: Room, type: string, key: string, member: string): Promise<Interval[]> {
    const rows = await this.#storage.rooms.stateIntervals(room.nid, type, key);
    return rows.map(({ from, to, event }) => {
      const value = parsePdu(event).content[member];
      return { from, to, value: typeof value === 'string' ? value : '' };
    });
  }
}
