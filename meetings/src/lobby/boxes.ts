import type { SealedKeys } from '@majlis/protocol';

const boxes_per_recipient_max = 200;
/** Characters of all boxes: what lies here is memory, and whoever may speak in a room can fill it. */
const room_characters_max = 4_000_000;
const characters_max = 64_000_000;

interface RoomBoxes {
  characters: number;
  readonly lists: Map<string, SealedKeys[]>;
}

/**
 * Boxes of keys in passing: sealed by browsers, opened by browsers, kept in memory for the length of a meeting. The
 * version orders everything that anybody at a room's lobby can wait for. Where there are too many, the oldest of the room that
 * has most go.
 */
export class Boxes {
  readonly #rooms = new Map<string, RoomBoxes>();
  #characters = 0;

  put(roomId: string, recipient: string, box: SealedKeys): void {
    const room = this.#rooms.get(roomId) ?? { characters: 0, lists: new Map() };
    this.#rooms.set(roomId, room);
    const list = room.lists.get(recipient) ?? [];
    room.lists.set(recipient, list);
    list.push(box);
    this.#count(room, box.sealed.length);
    if (list.length > boxes_per_recipient_max) this.#dropFirst(room, list);
    while (room.characters > room_characters_max) this.#dropOldest(room);
    while (this.#characters > characters_max) this.#dropOldest(this.#fullest(room));
  }

  after(roomId: string, recipient: string, version: number): SealedKeys[] {
    const list = this.#rooms.get(roomId)?.lists.get(recipient) ?? [];
    return list.filter((box) => box.version > version);
  }

  /** The meeting of a room is over. */
  drop(roomId: string): void {
    this.#characters -= this.#rooms.get(roomId)?.characters ?? 0;
    this.#rooms.delete(roomId);
  }

  #count(room: RoomBoxes, characters: number): void {
    room.characters += characters;
    this.#characters += characters;
  }

  #dropFirst(room: RoomBoxes, list: SealedKeys[]): void {
    this.#count(room, -(list.shift()?.sealed.length ?? 0));
  }

  #dropOldest(room: RoomBoxes): void {
    let oldest: [recipient: string, list: SealedKeys[]] | undefined;
    for (const [recipient, list] of room.lists) {
      const earlier = (list[0]?.version ?? 0) < (oldest?.[1][0]?.version ?? Infinity);
      if (earlier) oldest = [recipient, list];
    }
    if (oldest === undefined) return;
    const [recipient, list] = oldest;
    this.#dropFirst(room, list);
    if (list.length === 0) room.lists.delete(recipient);
  }

  #fullest(some: RoomBoxes): RoomBoxes {
    let fullest = some;
    for (const room of this.#rooms.values()) if (room.characters > fullest.characters) fullest = room;
    return fullest;
  }
}
