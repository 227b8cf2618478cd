import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committed, RoomWithState, Storage, StoredEvent } from '@majlis/storage';
import { UserRooms } from '../sync/user-rooms.ts';
import { parsePdu } from './room.ts';
import type { Room } from './room.ts';
import { Rooms } from './rooms.ts';
import type { RoomMemory } from './rooms.ts';

const alice = '@alice:x';
const bob = '@bob:x';

function member(roomNid: number, nid: number, userId: string, membership = 'join'): StoredEvent {
  const pdu = {
    type: 'm.room.member',
    room_id: `!${roomNid}:x`,
    state_key: userId,
    sender: userId,
    content: { membership },
  };
  return {
    nid,
    tl: nid,
    roomNid,
    eventId: `$${nid}`,
    type: pdu.type,
    stateKey: userId,
    sender: userId,
    ts: 1,
    flags: 0,
    redactedBy: null,
    json: JSON.stringify(pdu),
  };
}

/** Rooms over a database in which Alice is the only member of each. */
function memory(max: RoomMemory) {
  const load = (nids: readonly number[]): Promise<RoomWithState[]> =>
    Promise.resolve(
      nids.map((roomNid) => ({
        roomNid,
        roomId: `!${roomNid}:x`,
        version: '12',
        createdTs: 1,
        published: false,
        lastTl: roomNid,
        bumpTl: roomNid,
        depth: 1,
        extremities: [`$${roomNid}`],
        state: [member(roomNid, roomNid, alice)],
      })),
    );
  const storage = {
    stream: { position: () => 100 },
    rooms: { load, membershipsOf: () => Promise.resolve([]) },
  } as unknown as Storage;
  const rooms = new Rooms(storage, max);
  const userRooms = new UserRooms(storage, rooms);
  const commit = (event: StoredEvent): void => {
    const committed: Committed[] = [
      { position: event.nid, change: { kind: 'events', events: [event], redacted: [] } },
    ];
    rooms.apply(committed);
    userRooms.apply(committed);
  };
  const one = async (nid: number): Promise<Room> => {
    const room = (await rooms.byNids([nid])).get(nid);
    assert.ok(room !== undefined);
    return room;
  };
  return { rooms, userRooms, commit, one };
}

test('a room stays in memory while a write to it is under way, however many others come', async () => {
  const { rooms, userRooms, commit, one } = memory({ rooms: 2, stateEvents: 1_000 });
  await userRooms.of(bob);
  const room = await one(1);
  const joining = member(1, 101, bob);
  room.proceed({ eventId: joining.eventId, pdu: parsePdu(joining) });
  for (let nid = 2; nid < 6; nid += 1) await one(nid);
  assert.equal(rooms.held(1), room);
  commit(joining);
  assert.ok(room.joined.has(bob));
  assert.equal((await userRooms.of(bob)).get(1)?.membership, 'join');
  for (let nid = 6; nid < 9; nid += 1) await one(nid);
  assert.equal(rooms.held(1), undefined, 'and leaves it afterwards');
});

test('who joins a room that has just left the memory has it in their list', async () => {
  const { userRooms, commit, one } = memory({ rooms: 5, stateEvents: 1_000 });
  await userRooms.of(bob);
  (await one(1)).chain.broken = true;
  commit(member(1, 101, bob));
  assert.deepEqual((await userRooms.of(bob)).get(1), {
    roomNid: 1,
    roomId: '!1:x',
    membership: 'join',
    eventNid: 101,
    forgotten: false,
  });
  commit(member(1, 102, bob, 'leave'));
  assert.equal((await userRooms.of(bob)).get(1)?.membership, 'leave');
});

test('a room that is larger than the whole memory can be used, and makes room for the next', async () => {
  const { rooms, one } = memory({ rooms: 100, stateEvents: 0 });
  const large = await one(1);
  assert.equal(rooms.held(1), large);
  await one(2);
  assert.equal(rooms.held(1), undefined);
});

test('rooms whose writes failed take no memory from others', async () => {
  const { rooms, one } = memory({ rooms: 100, stateEvents: 5 });
  const first = await one(1);
  for (let count = 0; count < 20; count += 1) {
    (await one(2)).chain.broken = true;
    await one(3);
  }
  assert.equal(rooms.held(1), first);
});
