import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ChainBroken, Conflict } from '../contracts/storage.ts';
import type { NewEvent } from '../contracts/rooms.ts';
import type { Storage } from '../contracts/storage.ts';
import type { Committed } from '../contracts/writer.ts';
import { account, event, fresh, room, state } from './suite.ts';

/** What holds of the stream, of appends and of what is read back. */
export function roomsConformance(storage: () => Storage): void {
  it('gives positions without holes, in the order in which appends were called, and tells listeners so', async () => {
    const { rooms, stream } = storage();
    const alice = await account(storage(), 'alice');
    const { roomNid } = await room(storage(), [alice]);
    const heard: Committed[] = [];
    const stop = stream.subscribe((committed) => heard.push(...committed));
    const before = stream.position();
    await rooms.prepare(['m.room.message', alice]);
    const appended = await Promise.all(
      Array.from({ length: 20 }, () =>
        rooms.append({ events: [event(roomNid, alice), event(roomNid, alice)] }),
      ),
    );
    stop();
    const nids = appended.flat().map(({ nid }) => nid);
    assert.deepEqual(
      nids,
      Array.from({ length: 40 }, (_, index) => before + 1 + index),
    );
    const told = heard.flatMap(({ change }) => (change.kind === 'events' ? change.events : []));
    assert.deepEqual(
      told.map(({ nid }) => nid),
      nids,
    );
    assert.equal(stream.position(), nids.at(-1));
    const page = await rooms.timeline({ roomNid, direction: 'backward', limit: 3 });
    assert.deepEqual(
      page.map(({ nid }) => nid),
      nids.slice(-3).toReversed(),
    );
    assert.deepEqual(page[0], appended.at(-1)?.at(-1), 'what is read is what was answered');
  });

  it('knows whose membership changed since a position, and takes a new name for none', async () => {
    const { rooms, stream } = storage();
    const [alice, bob, carol] = await Promise.all(
      ['alice', 'bob', 'carol'].map((name) => account(storage(), name)),
    );
    assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
    const { roomNid } = await room(storage(), [alice, bob]);
    const other = await room(storage(), [alice]);
    const before = stream.position();
    const member = (who: string, content: object): NewEvent =>
      state(roomNid, who, 'm.room.member', who, content);
    await rooms.prepare(['m.room.member', alice, bob, carol]);
    const [, left, joined] = await rooms.append({
      events: [
        member(alice, { membership: 'join', displayname: 'A' }),
        member(bob, { membership: 'leave' }),
        member(carol, { membership: 'join' }),
      ],
    });
    const changes = await rooms.membershipChanges([roomNid, other.roomNid], before);
    assert.deepEqual(
      changes.toSorted((a, b) => a.eventNid - b.eventNid),
      [
        { roomNid, userId: bob, membership: 'leave', eventNid: left?.nid },
        { roomNid, userId: carol, membership: 'join', eventNid: joined?.nid },
      ],
    );
    assert.deepEqual(await rooms.membershipChanges([roomNid], joined?.nid ?? 0), []);
  });

  it('writes an append as a whole or not at all, and others with it nevertheless', async () => {
    const { rooms } = storage();
    const alice = await account(storage(), 'alice');
    const { roomNid } = await room(storage(), [alice]);
    const twice = event(roomNid, alice);
    await rooms.append({ events: [twice] });
    const lost = event(roomNid, alice);
    const kept = event(roomNid, alice);
    const [refused, good] = await Promise.allSettled([
      rooms.append({ events: [lost, twice] }),
      rooms.append({ events: [kept] }),
    ]);
    assert.ok(refused.status === 'rejected' && refused.reason instanceof Conflict);
    assert.equal(good.status, 'fulfilled');
    assert.equal(await rooms.event(lost.eventId), undefined);
    assert.equal((await rooms.event(kept.eventId))?.eventId, kept.eventId);
  });

  it('answers a transaction once, and refuses what was built on a failed write', async () => {
    const { rooms } = storage();
    const alice = await account(storage(), 'alice');
    const { roomNid } = await room(storage(), [alice]);
    const transaction = { userId: alice, deviceId: 'D', scope: 'send', txnId: fresh('t'), ts: 1 };
    const first = event(roomNid, alice);
    await rooms.append({ events: [first], transaction });
    const chain = { broken: false };
    const [again, behind] = await Promise.allSettled([
      rooms.append({ events: [event(roomNid, alice)], transaction, chain }),
      new Promise((resolve) => setImmediate(resolve)).then(() =>
        rooms.append({ events: [event(roomNid, alice)], chain }),
      ),
    ]);
    assert.ok(again.status === 'rejected' && again.reason instanceof Conflict);
    assert.ok(behind.status === 'rejected' && behind.reason instanceof ChainBroken);
    assert.equal(await rooms.transaction(transaction), first.eventId);
  });

  it('forgets old transactions, a few at a time', async () => {
    const { rooms } = storage();
    const alice = await account(storage(), 'alice');
    const { roomNid } = await room(storage(), [alice]);
    const at = (ts: number) => ({ userId: alice, deviceId: 'D', scope: 'send', txnId: fresh('t'), ts });
    const transactions = [at(-3), at(-2), at(-1)];
    for (const transaction of transactions)
      await rooms.append({ events: [event(roomNid, alice)], transaction });
    assert.equal(await rooms.pruneTransactions(-1, 1), 1);
    assert.equal(await rooms.pruneTransactions(-1, 10), 1);
    assert.equal(await rooms.pruneTransactions(-1, 10), 0);
    const left = await Promise.all(transactions.map((transaction) => rooms.transaction(transaction)));
    assert.deepEqual(
      left.map((eventId) => eventId !== undefined),
      [false, false, true],
    );
  });

  it('knows what state held when', async () => {
    const { rooms } = storage();
    const alice = await account(storage(), 'alice');
    const { roomNid } = await room(storage(), [alice]);
    const named: number[] = [];
    for (const name of ['one', 'two', 'three']) {
      const [stored] = await rooms.append({ events: [state(roomNid, alice, 'm.room.name', '', { name })] });
      named.push(stored?.nid ?? 0);
    }
    const [first = 0, second = 0, third = 0] = named;
    const nameAt = async (tl: number): Promise<number[]> =>
      (await rooms.stateAt(roomNid, tl, [{ type: 'm.room.name', stateKey: '' }])).map(({ nid }) => nid);
    assert.deepEqual(await nameAt(first - 1), []);
    assert.deepEqual(await nameAt(second), [second]);
    assert.deepEqual(await nameAt(third - 1), [second]);
    const intervals = await rooms.stateIntervals(roomNid, 'm.room.name', '');
    assert.deepEqual(intervals.map(({ from, to }) => [from, to]).slice(0, 2), [
      [first, second],
      [second, third],
    ]);
    const [loaded] = await rooms.load([roomNid]);
    const current = loaded?.state.filter(({ type }) => type === 'm.room.name');
    assert.deepEqual(
      current?.map(({ nid }) => nid),
      [third],
    );
  });

  it('knows to which events others relate, by whom and how', async () => {
    const { rooms } = storage();
    const [alice, bob] = [await account(storage(), 'alice'), await account(storage(), 'bob')];
    const { roomNid } = await room(storage(), [alice, bob]);
    const other = await room(storage(), [alice]);
    await rooms.prepare(['m.room.message', alice, bob]);
    const [parent, lone, abroad] = [event(roomNid, alice), event(roomNid, alice), event(roomNid, alice)];
    const to = (eventId: string, relType: string): { relatesTo: { eventId: string; relType: string } } => ({
      relatesTo: { eventId, relType },
    });
    await rooms.append({ events: [parent, lone, abroad] });
    await rooms.append({ events: [event(other.roomNid, alice, to(abroad.eventId, 'm.thread'))] });
    const [first] = await rooms.append({
      events: [
        event(roomNid, alice, to(parent.eventId, 'm.thread')),
        event(roomNid, bob, to(parent.eventId, 'm.reference')),
      ],
    });
    const ids = [parent, lone, abroad].map(({ eventId }) => eventId);
    const ever = Number.MAX_SAFE_INTEGER;
    assert.deepEqual(await rooms.related(ids, {}, ever, []), [parent.eventId]);
    assert.deepEqual(await rooms.related(ids, { relTypes: ['m.thread'], senders: [bob] }, ever, []), []);
    assert.deepEqual(await rooms.related(ids, { relTypes: [] }, ever, []), []);
    assert.deepEqual(await rooms.related(ids, { senders: [bob] }, ever, []), [parent.eventId]);
    assert.deepEqual(await rooms.related(ids, { senders: [bob] }, ever, [bob]), []);
    assert.deepEqual(await rooms.related(ids, { senders: [bob] }, first?.tl ?? 0, []), [], 'not so early');
  });

  it('finds readable words in the rooms asked for, until they are redacted', async () => {
    const { rooms } = storage();
    const alice = await account(storage(), 'alice');
    const [here, there] = [await room(storage(), [alice]), await room(storage(), [alice])];
    const said = event(here.roomNid, alice, { json: '{"content":{"body":"Мир و السلام"}}' });
    await rooms.append({ events: [said] });
    const find = async (text: string, roomNids: number[], types = ['m.room.message']): Promise<string[]> =>
      (
        await rooms.search({
          roomNids,
          types,
          text,
          wordsMax: 10,
          limit: 10,
          before: Number.MAX_SAFE_INTEGER,
        })
      ).map(({ eventId }) => eventId);
    assert.deepEqual(await find('МИР سلام', [here.roomNid, there.roomNid]), [said.eventId]);
    assert.deepEqual(await find('мир', [there.roomNid]), []);
    assert.deepEqual(await find('мир', [here.roomNid], ['m.room.name']), []);
    assert.deepEqual(await find('!?', [here.roomNid]), []);
    await rooms.append({
      events: [event(here.roomNid, alice, { redacts: { eventId: said.eventId, json: '{"content":{}}' } })],
    });
    assert.deepEqual(await find('мир', [here.roomNid]), []);
  });

  it('lists published rooms by size, in pages to both sides', async () => {
    const { directory } = storage();
    const [alice, bob] = [await account(storage(), 'alice'), await account(storage(), 'bob')];
    const small = await room(storage(), [alice], true);
    const large = await room(storage(), [alice, bob], true);
    const late = await room(storage(), [alice]);
    await directory.setPublished(late.roomNid, true);
    const all = { words: undefined, types: undefined, from: undefined, limit: 2 };
    const first = await directory.publishedRooms(all);
    const order = [large.roomId, ...[small.roomId, late.roomId].toSorted()];
    assert.deepEqual(
      [first.rooms.map(({ roomId }) => roomId), first.more, first.total],
      [order.slice(0, 2), true, 3],
    );
    const place = first.rooms[1];
    assert.ok(place);
    const next = await directory.publishedRooms({ ...all, from: { place, direction: 'after' } });
    assert.deepEqual([next.rooms.map(({ roomId }) => roomId), next.more], [order.slice(2), false]);
    const back = await directory.publishedRooms({ ...all, from: { place, direction: 'before' } });
    assert.deepEqual([back.rooms.map(({ roomId }) => roomId), back.more], [order.slice(0, 1), false]);
    await directory.setPublished(large.roomNid, false);
    assert.equal((await directory.publishedRooms(all)).total, 2);
  });
}
