import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StateEvent } from '../auth/decision.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { roomVersion } from '../room-versions/versions.ts';
import { alice, bob, carol } from '../testing/states.ts';
import { collectAuthChains } from './collect.ts';
import { AuthGraph, authDifference, conflictedSubgraph, separate } from './graph.ts';
import { mainlineOrdering } from './mainline-ordering.ts';
import { isPowerEvent, powerOrdering } from './power-ordering.ts';
import { resolveState } from './resolve.ts';
import { splitStateMapKey, stateMapKey, type StateMap } from './state-map.ts';
import { runs } from '../testing/runs.ts';

const v11 = roomVersion('11') as RoomVersion;
const v12 = roomVersion('12') as RoomVersion;

interface Written {
  type?: string;
  stateKey?: string;
  sender?: string;
  content?: JsonObject;
  ts?: number;
  auth?: string[];
  rejected?: boolean;
}

/** Events by id; what is not written is a topic by Alice at time 0. */
function graphOf(events: Record<string, Written>): {
  graph: AuthGraph;
  get: (id: string) => StateEvent | undefined;
} {
  const all = new Map<string, StateEvent>();
  for (const [eventId, written] of Object.entries(events)) {
    const { type = 'm.room.topic', stateKey = '', sender = alice, content = {}, ts = 0, auth = [] } = written;
    const pdu = {
      type,
      sender,
      content,
      state_key: stateKey,
      room_id: '!room',
      depth: 1,
      origin_server_ts: ts,
      prev_events: [],
      auth_events: auth,
    };
    all.set(eventId, { eventId, pdu, rejected: written.rejected ?? false });
  }
  const get = (id: string): StateEvent | undefined => all.get(id);
  return { graph: new AuthGraph(get), get };
}

test('the key of a type and a state key is like no other and comes apart', () => {
  const pairs: Array<[string, string]> = [
    ['a', 'bc'],
    ['ab', 'c'],
    ['1:a', 'b'],
    ['', 'x'],
    ['x', ''],
    ['a:b', ':c'],
    ['a\u0000', 'b'],
  ];
  assert.equal(new Set(pairs.map(([type, key]) => stateMapKey(type, key))).size, pairs.length);
  for (const [type, key] of pairs) assert.deepEqual(splitStateMapKey(stateMapKey(type, key)), [type, key]);
});

const map = (entries: Record<string, string>): StateMap => new Map(Object.entries(entries));

test('unconflicted is what every set has the same', () => {
  const { unconflicted, conflicted } = separate([
    map({ same: '$1', other: '$2', first: '$3' }),
    map({ same: '$1', other: '$4', last: '$5' }),
  ]);
  assert.deepEqual([...unconflicted], [['same', '$1']]);
  assert.deepEqual([...conflicted].toSorted(), ['$2', '$3', '$4', '$5']);
  assert.deepEqual([...separate([]).unconflicted], []);
  assert.deepEqual([...separate([map({ a: '$1' })]).unconflicted], [['a', '$1']]);
});

test('the auth difference is what some chains have and others do not', () => {
  const { graph } = graphOf({
    $root: {},
    $common: { auth: ['$root'] },
    $left1: { auth: ['$common'] },
    $left2: { auth: ['$left1'] },
    $right1: { auth: ['$common'] },
    $shared: { auth: ['$root'] },
    $l: { auth: ['$left2', '$shared'] },
    $r: { auth: ['$right1', '$shared'] },
  });
  const sets = [map({ c: '$common', x: '$l' }), map({ c: '$common', x: '$r' })];
  const difference = authDifference(graph, sets, separate(sets));
  assert.deepEqual([...difference].toSorted(), ['$l', '$left1', '$left2', '$r', '$right1']);
  const three = [...sets, map({ c: '$common', x: '$l' })];
  assert.deepEqual(authDifference(graph, three, separate(three)), difference);
});

test('the conflicted subgraph holds every path between conflicted events', () => {
  const { graph } = graphOf({
    $root: {},
    $a: { auth: ['$root'] },
    $between: { auth: ['$a'] },
    $detour: { auth: ['$between'] },
    $b: { auth: ['$detour', '$aside'] },
    $aside: { auth: ['$root'] },
    $c: { auth: ['$aside'] },
  });
  const found = conflictedSubgraph(graph, new Set(['$c', '$b', '$a']));
  assert.deepEqual([...found].toSorted(), ['$a', '$b', '$between', '$c', '$detour']);
  assert.deepEqual(
    [...conflictedSubgraph(graph, new Set(['$a', '$b', '$c']))].toSorted(),
    [...found].toSorted(),
  );
});

test('power events', () => {
  const is = (written: Written): boolean => {
    const { get } = graphOf({ $e: written });
    return isPowerEvent(get('$e') as StateEvent);
  };
  const member = (membership: unknown, sender = alice): Written => ({
    type: 'm.room.member',
    stateKey: bob,
    sender,
    content: { membership: membership as string },
  });
  assert.equal(is({ type: 'm.room.power_levels' }), true);
  assert.equal(is({ type: 'm.room.join_rules' }), true);
  assert.equal(is({ type: 'm.room.power_levels', stateKey: 'x' }), false);
  assert.equal(is({ type: 'm.room.topic' }), false);
  assert.equal(is(member('leave')), true);
  assert.equal(is(member('ban')), true);
  assert.equal(is(member('leave', bob)), false);
  assert.equal(is(member('ban', bob)), false);
  assert.equal(is(member('join')), false);
  assert.equal(is(member('invite')), false);
  const { get } = graphOf({ $e: member('leave') });
  const { state_key: _none, ...message } = (get('$e') as StateEvent).pdu;
  assert.equal(isPowerEvent({ eventId: '$e', pdu: message }), false);
  assert.equal(is({ ...member('ban'), type: 'm.room.topic' }), false);
});

test('power ordering: topology first, then power, then time, then id', () => {
  const { graph } = graphOf({
    $levels: { type: 'm.room.power_levels', content: { users: { [alice]: 100, [bob]: 50 } } },
    $alice: { ts: 9, auth: ['$levels'] },
    $bob: { sender: bob, ts: 1, auth: ['$levels'] },
    $bob0: { sender: bob, ts: 1, auth: ['$levels'] },
    $carol: { sender: carol, ts: 0, auth: ['$levels'] },
    $early: { sender: bob, ts: 0, auth: ['$levels'] },
    $aliceAfterCarol: { ts: 0, auth: ['$levels', '$carol'] },
  });
  const order = (...ids: string[]): string[] => powerOrdering(graph, new Set(ids), undefined, v11);
  const all = ['$bob', '$alice', '$carol', '$aliceAfterCarol', '$bob0', '$early', '$levels'];
  const expected = ['$levels', '$alice', '$early', '$bob', '$bob0', '$carol', '$aliceAfterCarol'];
  assert.deepEqual(order(...all), expected);
  assert.deepEqual(order(...all.toReversed()), expected);
  assert.deepEqual(order('$aliceAfterCarol', '$bob'), ['$aliceAfterCarol', '$bob']);
});

test('power ordering: creators of version 12 come before everybody', () => {
  const { graph, get } = graphOf({
    $create: { type: 'm.room.create', content: { additional_creators: [bob] } },
    $levels: { type: 'm.room.power_levels', content: { users: { [carol]: 9000 } } },
    $carol: { sender: carol, ts: 0, auth: ['$levels'] },
    $alice: { sender: alice, ts: 5, auth: ['$levels'] },
    $bob: { sender: bob, ts: 4, auth: ['$levels'] },
  });
  const ids = new Set(['$carol', '$alice', '$bob']);
  assert.deepEqual(powerOrdering(graph, ids, get('$create'), v12), ['$bob', '$alice', '$carol']);
  assert.deepEqual(powerOrdering(graph, ids, undefined, v11), ['$carol', '$bob', '$alice']);
});

test('power ordering: without power levels the creator comes first', () => {
  const { graph } = graphOf({
    $create: { type: 'm.room.create', content: {} },
    $bob: { sender: bob, ts: 1, auth: ['$create'] },
    $alice: { sender: alice, ts: 2, auth: ['$create'] },
  });
  assert.deepEqual(powerOrdering(graph, new Set(['$bob', '$alice']), undefined, v11), ['$alice', '$bob']);
});

test('power ordering: levels under another state key are none', () => {
  const { graph } = graphOf({
    $levels: { type: 'm.room.power_levels', stateKey: 'x', content: { users: { [bob]: 50 } } },
    $bob: { sender: bob, ts: 2, auth: ['$levels'] },
    $carol: { sender: carol, ts: 1, auth: ['$levels'] },
  });
  assert.deepEqual(powerOrdering(graph, new Set(['$bob', '$carol']), undefined, v11), ['$carol', '$bob']);
});

test('property: events that do not build on each other are in order, however many', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 40 }), (times) => {
      const ids = times.map((_, index) => `$${String(index).padStart(2, '0')}`);
      const { graph } = graphOf(Object.fromEntries(ids.map((id, index) => [id, { ts: times[index] ?? 0 }])));
      const expected = ids.toSorted((x, y) => (times[ids.indexOf(x)] ?? 0) - (times[ids.indexOf(y)] ?? 0));
      assert.deepEqual(powerOrdering(graph, new Set(ids), undefined, v11), expected);
    }),
    { numRuns: runs(500) },
  );
});

test('power ordering: a cycle is left out, and an edge written twice counts once', () => {
  const { graph } = graphOf({
    $a: { auth: ['$b'] },
    $b: { auth: ['$a'] },
    $c: {},
    $d: { auth: ['$c', '$c'] },
  });
  assert.deepEqual(powerOrdering(graph, new Set(['$a', '$b', '$c', '$d']), undefined, v11), ['$c', '$d']);
});

test('mainline ordering: earlier on the mainline first, off it before all', () => {
  const level = (auth: string[] = []): Written => ({ type: 'm.room.power_levels', auth });
  const { graph } = graphOf({
    $p2: level(),
    $p1: level(['$p2']),
    $p0: level(['$p1']),
    $side: level(['$p1']),
    $side2: level(['$side']),
    $lost: level(),
    $on0: { ts: 1, auth: ['$p0'] },
    $on2: { ts: 9, auth: ['$p2'] },
    $on1: { ts: 5, auth: ['$side2'] },
    $on1b: { ts: 4, auth: ['$p1'] },
    $off: { ts: 99, auth: ['$lost'] },
    $none: { ts: 98 },
    $noneTwin: { ts: 98 },
  });
  const ids = ['$on0', '$on1', '$on1b', '$on2', '$off', '$noneTwin', '$none'];
  const expected = ['$none', '$noneTwin', '$off', '$on2', '$on1b', '$on1', '$on0'];
  assert.deepEqual(mainlineOrdering(graph, ids, '$p0'), expected);
  assert.deepEqual(mainlineOrdering(graph, ids.toReversed(), '$p0'), expected);
  assert.deepEqual(mainlineOrdering(graph, ids, undefined), [
    '$on0',
    '$on1b',
    '$on1',
    '$on2',
    '$none',
    '$noneTwin',
    '$off',
  ]);
});

test('mainline ordering: levels under another state key are no part of it', () => {
  const { graph } = graphOf({
    $p: { type: 'm.room.power_levels' },
    $other: { type: 'm.room.power_levels', stateKey: 'x', auth: ['$p'] },
    $a: { ts: 2, auth: ['$other', '$p'] },
    $b: { ts: 9, auth: ['$other'] },
    $c: { ts: 3, auth: ['$p'] },
  });
  assert.deepEqual(mainlineOrdering(graph, ['$a', '$c', '$b'], '$p'), ['$b', '$a', '$c']);
});

test('mainline ordering: cycles of power levels end', () => {
  const { graph } = graphOf({
    $a: { type: 'm.room.power_levels', auth: ['$b'] },
    $b: { type: 'm.room.power_levels', auth: ['$a'] },
    $x: { auth: ['$a'] },
    $y: { auth: ['$b'] },
    $main: { type: 'm.room.power_levels' },
    $z: { auth: ['$main'] },
  });
  assert.deepEqual(mainlineOrdering(graph, ['$z', '$y', '$x'], '$main'), ['$x', '$y', '$z']);
  assert.deepEqual(mainlineOrdering(graph, ['$x', '$y'], '$a'), ['$y', '$x']);
});

test('a missing event is named, not guessed', () => {
  const { get } = graphOf({ $a: { auth: ['$gone'] }, $b: {} });
  const resolution = resolveState({
    version: v11,
    roomId: '!room',
    stateSets: [map({ x: '$a' }), map({ x: '$b' })],
    getEvent: get,
  });
  assert.deepEqual(resolution, { ok: false, reason: 'missing event', eventId: '$gone' });
  const without = resolveState({
    version: v12,
    roomId: '!gone',
    stateSets: [map({ x: '$b' }), map({})],
    getEvent: get,
  });
  assert.deepEqual(without, { ok: false, reason: 'missing event', eventId: '$gone' });
});

test('resolution ends on a graph with cycles', () => {
  const { get } = graphOf({
    $create: { type: 'm.room.create', content: {} },
    $a: { type: 'm.room.power_levels', auth: ['$b', '$create'] },
    $b: { type: 'm.room.power_levels', auth: ['$a', '$create'] },
    $c: { auth: ['$a', '$c'] },
    $d: { auth: ['$b', '$d'] },
  });
  for (const version of [v11, { ...v12, roomIdIsHash: false }]) {
    const stateSets = [
      map({ create: '$create', p: '$a', t: '$c' }),
      map({ create: '$create', p: '$b', t: '$d' }),
    ];
    const resolution = resolveState({ version, roomId: '!room', stateSets, getEvent: get });
    assert.deepEqual(resolution.ok && [...resolution.state], [['create', '$create']]);
  }
});

test('an error of the caller is not taken for a missing event', () => {
  const failing = (): never => {
    throw new Error('the store is closed');
  };
  const input = {
    version: v11,
    roomId: '!room',
    stateSets: [map({ x: '$a' }), map({ x: '$b' })],
    getEvent: failing,
  };
  assert.throws(() => resolveState(input), /the store is closed/);
});

test('the membership of another is not taken for that of the sender', () => {
  const { get } = graphOf({
    $create: { type: 'm.room.create', content: {} },
    $alice: { type: 'm.room.member', stateKey: alice, content: { membership: 'join' }, auth: ['$create'] },
    $one: { ts: 1, auth: ['$create', '$alice'] },
    $two: { sender: bob, ts: 2, auth: ['$create', '$alice'] },
  });
  const topic = stateMapKey('m.room.topic', '');
  const stateSets = ['$one', '$two'].map(
    (id) =>
      new Map([
        [stateMapKey('m.room.create', ''), '$create'],
        [topic, id],
      ]),
  );
  const resolution = resolveState({ version: v11, roomId: '!room', stateSets, getEvent: get });
  assert.equal(resolution.ok && resolution.state.get(topic), '$one');
});

test('a message that somebody cites is no state', () => {
  const { get } = graphOf({
    $create: { type: 'm.room.create', content: {} },
    $alice: { type: 'm.room.member', stateKey: alice, content: { membership: 'join' }, auth: ['$create'] },
    $message: { auth: ['$create', '$alice'] },
    $one: { auth: ['$create', '$alice', '$message'] },
    $two: { auth: ['$create', '$alice'] },
  });
  const topic = stateMapKey('m.room.topic', '');
  const { state_key: _none, ...message } = (get('$message') as StateEvent).pdu;
  const stateSets = ['$one', '$two'].map((id) => map({ [topic]: id }));
  const getEvent = (id: string): StateEvent | undefined =>
    id === '$message' ? { eventId: id, pdu: message } : get(id);
  const resolution = resolveState({ version: v11, roomId: '!room', stateSets, getEvent });
  assert.ok(resolution.ok);
  assert.deepEqual([...resolution.state.keys()], [topic]);
});

test('an event is asked for once, however many chains lead to it', async () => {
  const { get } = graphOf({ $a: { auth: ['$b', '$d'] }, $b: { auth: ['$d'] }, $d: {} });
  const asked: string[] = [];
  await collectAuthChains(['$a'], (ids) => {
    asked.push(...ids);
    return Promise.resolve(ids.map((id) => get(id) as StateEvent));
  });
  assert.deepEqual(asked, ['$a', '$b', '$d']);
  let fetched = 0;
  const graph = new AuthGraph((id) => {
    fetched += 1;
    return get(id);
  });
  graph.chain(['$a']);
  graph.chain(['$a']);
  assert.equal(fetched, 3);
});

test('auth chains are collected round by round, within a limit', async () => {
  const { get } = graphOf({ $a: { auth: ['$b', '$c'] }, $b: { auth: ['$d'] }, $c: { auth: ['$d'] }, $d: {} });
  const rounds: string[][] = [];
  const fetch = (ids: string[]): Promise<StateEvent[]> => {
    rounds.push(ids);
    return Promise.resolve(ids.map(get).filter((event) => event !== undefined));
  };
  const collected = await collectAuthChains(['$a'], fetch);
  assert.deepEqual(collected.ok && [...collected.events.keys()], ['$a', '$b', '$c', '$d']);
  assert.deepEqual(rounds, [['$a'], ['$b', '$c'], ['$d']]);
  assert.deepEqual(await collectAuthChains(['$a', '$x'], fetch), {
    ok: false,
    reason: 'missing event',
    eventId: '$x',
  });
  assert.deepEqual(await collectAuthChains(['$a'], fetch, 2), {
    ok: false,
    reason: 'too many events',
    eventId: '$b',
  });
  assert.equal((await collectAuthChains(['$a'], fetch, 4)).ok, true);
});

/** A room with many topics and levels, set by three users who may, on branches that do not know each other. */
function randomRoom(branches: number[][]): { sets: StateMap[]; get: (id: string) => StateEvent | undefined } {
  const events: Record<string, Written> = {
    $create: { type: 'm.room.create', content: { room_version: '11' } },
    $alice: { type: 'm.room.member', stateKey: alice, content: { membership: 'join' }, auth: ['$create'] },
    $levels: {
      type: 'm.room.power_levels',
      content: { users: { [alice]: 100, [bob]: 50 } },
      auth: ['$create', '$alice'],
    },
    $rules: {
      type: 'm.room.join_rules',
      content: { join_rule: 'public' },
      auth: ['$create', '$alice', '$levels'],
    },
    $bob: {
      type: 'm.room.member',
      stateKey: bob,
      sender: bob,
      content: { membership: 'join' },
      auth: ['$create', '$levels', '$rules'],
    },
  };
  const base = { alice: '$alice', levels: '$levels', rules: '$rules', bob: '$bob' };
  const sets = branches.map((steps, branch) => {
    const current: Record<string, string> = { ...base };
    for (const [index, step] of steps.entries()) {
      const eventId = `$${branch}-${index}`;
      const sender = step % 3 === 0 ? alice : bob;
      const auth = [
        '$create',
        current['levels'] as string,
        current[sender === alice ? 'alice' : 'bob'] as string,
      ];
      const ts = step % 7;
      if (step % 5 === 0) {
        events[eventId] = {
          type: 'm.room.power_levels',
          sender,
          ts,
          auth,
          content: { users: { [alice]: 100, [bob]: step % 60 } },
        };
        current['levels'] = eventId;
      } else if (step % 5 === 1) {
        events[eventId] = {
          type: 'm.room.member',
          stateKey: bob,
          sender,
          ts,
          auth,
          content: { membership: step % 2 === 0 ? 'join' : 'leave' },
        };
        current['bob'] = eventId;
      } else {
        events[eventId] = { stateKey: String(step % 2), sender, ts, auth };
        current[`topic${step % 2}`] = eventId;
      }
    }
    return current;
  });
  const { get } = graphOf(events);
  const maps = sets.map((ids) => {
    const all = ['$create', ...Object.values(ids)].map((id): [string, string] => {
      const { pdu } = get(id) as StateEvent;
      return [stateMapKey(pdu.type, pdu.state_key ?? ''), id];
    });
    return new Map(all);
  });
  return { sets: maps, get };
}

test('property: the answer does not depend on the order of sets, of their entries, or on a given auth difference', () => {
  const branches = fc.array(fc.array(fc.nat({ max: 99 }), { maxLength: 6 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(branches, fc.constantFrom('11', '12'), (steps, id) => {
      const version = { ...(roomVersion(id) as RoomVersion), roomIdIsHash: false };
      const { sets, get } = randomRoom(steps);
      const resolve = (stateSets: StateMap[], difference?: ReadonlySet<string>): Array<[string, string]> => {
        const input = { version, roomId: '!room', stateSets, getEvent: get };
        const resolution = resolveState(
          difference === undefined ? input : { ...input, authDifference: difference },
        );
        assert.ok(resolution.ok);
        return [...resolution.state].toSorted();
      };
      const expected = resolve(sets);
      assert.deepEqual(resolve(sets.toReversed()), expected);
      assert.deepEqual(resolve([...sets, ...sets]), expected);
      assert.deepEqual(resolve(sets.map((set) => new Map([...set].toReversed()))), expected);
      const difference = authDifference(new AuthGraph(get), sets, separate(sets));
      assert.deepEqual(resolve(sets, difference), expected);
      const known = new Set(sets.flatMap((set) => [...set.keys()]));
      for (const [key] of expected) assert.ok(known.has(key));
    }),
    { numRuns: runs(300) },
  );
});
