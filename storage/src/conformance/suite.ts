import type { Storage } from '../contracts/storage.ts';
import type { NewEvent } from '../contracts/rooms.ts';

/** Empty storage of one implementation, for one part of the suite. */
export interface OpenedStorage {
  readonly storage: Storage;
  /** Forgets everything. */
  close(): Promise<void>;
}

export type OpenStorage = () => Promise<OpenedStorage>;

let serial = 0;

/** A name that nothing else in this process has. */
export function fresh(name: string): string {
  serial += 1;
  return `${name}${serial}`;
}

export const userId = (name: string): string => `@${fresh(name)}:majlis.example`;

/** A message, or whatever `more` makes of it. */
export function event(roomNid: number, sender: string, more: Partial<NewEvent> = {}): NewEvent {
  const type = more.type ?? 'm.room.message';
  return {
    roomNid,
    eventId: `$${fresh('event')}`,
    type,
    stateKey: null,
    sender,
    ts: 1_700_000_000_000,
    depth: 1,
    json: JSON.stringify({ type, content: { body: 'text' } }),
    flags: 0,
    movesRoomUp: true,
    ...more,
  };
}

/** State with this content. */
export function state(
  roomNid: number,
  sender: string,
  type: string,
  stateKey: string,
  content: object,
): NewEvent {
  const membership = (content as { membership?: string }).membership;
  return event(roomNid, sender, {
    type,
    stateKey,
    json: JSON.stringify({ type, state_key: stateKey, content }),
    ...(type === 'm.room.member' && membership !== undefined && { membership }),
  });
}

export async function account(storage: Storage, name: string): Promise<string> {
  const id = userId(name);
  await storage.accounts.create({
    userId: id,
    passwordHash: null,
    isAdmin: false,
    isGuest: false,
    ts: 1,
  });
  return id;
}

/** A room with members. */
export async function room(
  storage: Storage,
  members: readonly string[],
  published = false,
): Promise<{ roomNid: number; roomId: string }> {
  const roomId = `!${fresh('room')}:majlis.example`;
  const roomNid = await storage.rooms.createRoom({ roomId, version: '12', published, ts: 1 });
  await storage.rooms.append({
    events: members.map((member) => state(roomNid, member, 'm.room.member', member, { membership: 'join' })),
  });
  return { roomNid, roomId };
}
