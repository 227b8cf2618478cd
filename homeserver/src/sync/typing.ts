import type { Scheduler } from '../parts.ts';

interface RoomTyping {
  readonly users: Map<string, () => void>;
  serial: number;
}

/** Who is typing where: only in memory, with an end to each. */
export class Typing {
  readonly #scheduler: Scheduler;
  readonly #rooms = new Map<number, RoomTyping>();
  #serial = 0;
  #changed: (roomNid: number) => void = () => undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  onChange(listener: (roomNid: number) => void): void {
    this.#changed = listener;
  }

  /** Grows with every change anywhere. */
  get serial(): number {
    return this.#serial;
  }

  start(roomNid: number, userId: string, timeoutMs: number): void {
    let room = this.#rooms.get(roomNid);
    if (room === undefined) {
      room = { users: new Map(), serial: 0 };
      this.#rooms.set(roomNid, room);
    }
    const known = room.users.get(userId);
    known?.();
    room.users.set(
      userId,
      this.#scheduler.after(timeoutMs, () => this.stop(roomNid, userId)),
    );
    if (known === undefined) this.#note(roomNid, room);
  }

  stop(roomNid: number, userId: string): void {
    const room = this.#rooms.get(roomNid);
    const cancel = room?.users.get(userId);
    if (room === undefined || cancel === undefined) return;
    cancel();
    room.users.delete(userId);
    this.#note(roomNid, room);
  }

  /** Those typing in a room, if that changed after `serial`. */
  changedSince(roomNid: number, serial: number): string[] | undefined {
    const room = this.#rooms.get(roomNid);
    if (room === undefined || room.serial <= serial) return undefined;
    return [...room.users.keys()];
  }

  /** Forgets everybody, with the timers that would end their typing. */
  clear(): void {
    for (const { users } of this.#rooms.values()) for (const cancel of users.values()) cancel();
    this.#rooms.clear();
  }

  #note(roomNid: number, room: RoomTyping): void {
    this.#serial += 1;
    room.serial = this.#serial;
    this.#changed(roomNid);
  }
}
