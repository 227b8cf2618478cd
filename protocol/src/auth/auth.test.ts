import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeBase64 } from '../crypto/base64.ts';
import type { Pdu } from '../events/pdu.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import { knownRoomVersions, roomVersion } from '../room-versions/versions.ts';
import { signJson } from '../signing/sign-json.ts';
import { nodeCrypto, testKey } from '../testing/node-crypto.ts';
import { alice, bob, carol, members, roomOfTests, stateOf, type StateEntry } from '../testing/states.ts';
import { authEventKeys } from './auth-event-keys.ts';
import { checkAuthEvents } from './auth-events.ts';
import { authorise } from './authorise.ts';
import type { Decision, StateEvent } from './decision.ts';
import { runs } from '../testing/runs.ts';

const versions = knownRoomVersions.map((id) => roomVersion(id) as RoomVersion);
const v11 = roomVersion('11') as RoomVersion;
const v12 = roomVersion('12') as RoomVersion;

function event(type: string, sender: string, content: JsonObject, more: Partial<Pdu> = {}): Pdu {
  return {
    type,
    sender,
    content,
    room_id: roomOfTests,
    depth: 5,
    origin_server_ts: 5,
    prev_events: ['$001'],
    auth_events: [],
    ...more,
  };
}

function said(decision: Decision): string {
  assert.ok(decision.allowed || decision.reason !== '');
  return decision.allowed ? 'allow' : decision.rule;
}

test('which events authorise an event', () => {
  const keys = (sent: Pdu, version: RoomVersion): string =>
    authEventKeys(sent, version)
      .map(([type, stateKey]) => type.replace('m.room.', '') + (stateKey === '' ? '' : ` ${stateKey}`))
      .join(', ');
  const member = (membership: string, more: JsonObject = {}, target = bob): Pdu =>
    event('m.room.member', alice, { membership, ...more }, { state_key: target });
  const signed = { third_party_invite: { signed: { token: 'tok' } } };

  assert.equal(keys(event('m.room.create', alice, {}), v11), '');
  assert.equal(keys(event('m.room.message', alice, {}), v11), `create, power_levels, member ${alice}`);
  assert.equal(keys(event('m.room.message', alice, {}), v12), `power_levels, member ${alice}`);
  assert.equal(keys(member('leave'), v12), `power_levels, member ${alice}, member ${bob}`);
  assert.equal(keys(member('ban'), v12), `power_levels, member ${alice}, member ${bob}`);
  assert.equal(keys(member('join', {}, alice), v12), `power_levels, member ${alice}, join_rules`);
  assert.equal(keys(member('knock', {}, alice), v12), `power_levels, member ${alice}, join_rules`);
  assert.equal(keys(member('invite'), v12), `power_levels, member ${alice}, member ${bob}, join_rules`);
  assert.equal(
    keys(member('invite', signed), v12),
    `power_levels, member ${alice}, member ${bob}, join_rules, third_party_invite tok`,
  );
  assert.equal(keys(member('join', signed, alice), v12), `power_levels, member ${alice}, join_rules`);
  assert.equal(
    keys(member('invite', { third_party_invite: { signed: { token: 5 } } }), v12),
    `power_levels, member ${alice}, member ${bob}, join_rules`,
  );
  const vouched = member('join', { join_authorised_via_users_server: carol }, alice);
  assert.equal(keys(vouched, v12), `power_levels, member ${alice}, join_rules, member ${carol}`);
  assert.equal(
    keys(vouched, roomVersion('7') as RoomVersion),
    `create, power_levels, member ${alice}, join_rules`,
  );
  const own = member('join', { join_authorised_via_users_server: alice }, alice);
  assert.equal(keys(own, v12), `power_levels, member ${alice}, join_rules`);
  const twice = member('join', { join_authorised_via_users_server: bob });
  assert.equal(keys(twice, v12), `power_levels, member ${alice}, member ${bob}, join_rules`);
  const topic = event('m.room.topic', alice, { membership: 'join' }, { state_key: bob });
  assert.equal(keys(topic, v12), `power_levels, member ${alice}`);
  const invite = member('invite', { join_authorised_via_users_server: carol });
  assert.equal(keys(invite, v12), `power_levels, member ${alice}, member ${bob}, join_rules`);
  assert.equal(
    keys(event('m.room.member', alice, { membership: 'leave' }), v12),
    `power_levels, member ${alice}`,
  );
});

const state: StateEntry[] = [
  ...members({ room_version: '11' }, alice, bob),
  ['m.room.power_levels', '', { users: { [alice]: 100 } }],
  ['m.room.topic', '', {}],
];

function authEvents(...keys: Array<[string, string]>): StateEvent[] {
  const lookup = stateOf(state);
  return keys.map(([type, stateKey]) => lookup(type, stateKey) as StateEvent);
}

test('rule 3: the auth events of an event', () => {
  const create: [string, string] = ['m.room.create', ''];
  const levels: [string, string] = ['m.room.power_levels', ''];
  const own: [string, string] = ['m.room.member', alice];
  const message = event('m.room.message', alice, {});
  const check = (version: RoomVersion, cited: StateEvent[], sent = message, roomId = roomOfTests): string =>
    said(checkAuthEvents(sent, cited, roomId, version));

  assert.equal(check(v11, authEvents(create, levels, own)), 'allow');
  assert.equal(check(v12, authEvents(levels, own)), 'allow');
  assert.equal(check(v12, []), 'allow');
  assert.equal(check(v11, authEvents(create, own, own)), '2.1');
  assert.equal(check(v12, authEvents(own, own)), '3.1');
  assert.equal(check(v11, authEvents(create, ['m.room.member', bob])), '2.2');
  assert.equal(check(v11, authEvents(create, ['m.room.topic', ''])), '2.2');
  assert.equal(check(v12, authEvents(create, own)), '3.2');
  const [rejected] = authEvents(own).map((cited) => ({ ...cited, rejected: true }));
  assert.equal(check(v11, [...authEvents(create), rejected as StateEvent]), '2.3');
  assert.equal(check(v12, [rejected as StateEvent]), '3.3');
  assert.equal(check(v11, authEvents(levels, own)), '2.4');
  const [foreign] = authEvents(own).map((cited) => ({ ...cited, pdu: { ...cited.pdu, room_id: '!other' } }));
  assert.equal(check(v11, [...authEvents(create), foreign as StateEvent]), '2.5');
  assert.equal(check(v12, [foreign as StateEvent]), '3.4');
  assert.equal(check(v12, [], { ...message, room_id: '!other' }), '2');
  assert.equal(check(v11, authEvents(create), message, '!other'), '2.5');
  assert.equal(check(v12, [], event('m.room.create', alice, {}), '!other'), 'allow');
});

test('an auth event that is no state, or whose type runs into its key, matches nothing', () => {
  const message = event('m.room.message', alice, {});
  const [own] = authEvents(['m.room.member', alice]);
  assert.ok(own);
  const { state_key: _none, ...noState } = own.pdu;
  assert.equal(said(checkAuthEvents(message, [{ ...own, pdu: noState }], roomOfTests, v12)), '3.2');
  const named = checkAuthEvents(message, [{ ...own, eventId: '$x', rejected: true }], roomOfTests, v12);
  assert.match(named.allowed ? '' : named.reason, /\$x/);
  const other = checkAuthEvents(message, authEvents(['m.room.topic', '']), roomOfTests, v12);
  assert.match(other.allowed ? '' : other.reason, /\$004/);
  const shifted = { ...own, pdu: { ...own.pdu, type: 'm.room.member@', state_key: alice.slice(1) } };
  assert.equal(said(checkAuthEvents(message, [shifted], roomOfTests, v12)), '3.2');
});

test('rule 1: create events', () => {
  const create = (content: JsonObject, more: Partial<Pdu> = {}): Pdu =>
    event('m.room.create', alice, content, {
      room_id: '!room:a.example',
      prev_events: [],
      state_key: '',
      ...more,
    });
  const check = (id: string, sent: Pdu): string =>
    said(authorise(sent, '', () => undefined, roomVersion(id) as RoomVersion));
  const fresh = (content: JsonObject, more: Partial<Pdu> = {}): Pdu => {
    const { room_id: _none, ...rest } = create(content, more);
    return rest;
  };

  for (const id of ['6', '7', '8', '9', '10']) {
    assert.equal(check(id, create({ creator: alice, room_version: id })), 'allow');
    assert.equal(check(id, create({ creator: 7 })), 'allow');
    assert.equal(check(id, create({ room_version: id })), '1.4');
  }
  assert.equal(check('11', create({ room_version: '11' })), 'allow');
  assert.equal(check('11', create({ additional_creators: 'x' })), 'allow');
  assert.equal(check('12', fresh({ room_version: '12' })), 'allow');
  for (const id of ['6', '10', '11']) {
    assert.equal(check(id, create({ creator: alice }, { prev_events: ['$x'] })), '1.1');
    assert.equal(check(id, create({ creator: alice }, { room_id: '!room:b.example' })), '1.2');
    assert.equal(check(id, fresh({ creator: alice })), '1.2');
  }
  assert.equal(check('12', fresh({}, { prev_events: ['$x'] })), '1.1');
  assert.equal(check('12', create({})), '1.2');
  for (const wanted of ['99', '', 12, null])
    assert.equal(check('11', create({ room_version: wanted })), '1.3');
  assert.equal(check('12', fresh({ additional_creators: [bob, carol] })), 'allow');
  assert.equal(check('12', fresh({ additional_creators: [] })), 'allow');
  for (const wrong of ['x', [bob, 'carol'], [5], null, {}] as JsonValue[]) {
    assert.equal(check('12', fresh({ additional_creators: wrong })), '1.4');
  }
});

test('rule 2 and 3.4: without an accepted create event nothing is allowed', () => {
  const message = event('m.room.message', alice, {});
  const members12 = stateOf(members({}, alice));
  assert.equal(said(authorise(message, roomOfTests, members12, v12)), 'allow');
  assert.equal(said(authorise(message, '!other', members12, v12)), '2');
  assert.equal(said(authorise({ ...message, room_id: '!other' }, roomOfTests, members12, v12)), '2');
  const without = stateOf(members({}, alice).slice(1));
  assert.equal(said(authorise(message, roomOfTests, without, v12)), '2');
  assert.equal(said(authorise(message, roomOfTests, without, v11)), '2.4');
  const refused = (type: string, key: string): StateEvent | undefined => {
    const found = members12(type, key);
    return found === undefined || type !== 'm.room.create' ? found : { ...found, rejected: true };
  };
  assert.equal(said(authorise(message, roomOfTests, refused, v12)), '2');
});

test('rule 5.4.1.7: a third-party invite counts with a signature of an offered key', () => {
  const identity = testKey('id.example');
  const other = testKey('other.example');
  const offer = (content: JsonObject): StateEntry[] => [
    ...members({}, alice),
    ['m.room.third_party_invite', 'tok', content, alice],
  ];
  const signed = signJson({ mxid: bob, token: 'tok' }, identity);
  const invite = (proof: JsonObject): Pdu =>
    event(
      'm.room.member',
      alice,
      { membership: 'invite', third_party_invite: { signed: proof } },
      { state_key: bob },
    );
  const check = (content: JsonObject, proof: JsonObject = signed): string =>
    said(authorise(invite(proof), roomOfTests, stateOf(offer(content)), v12, nodeCrypto));
  const key = encodeBase64(identity.publicKey);
  const wrong = encodeBase64(other.publicKey);

  assert.equal(check({ public_key: key }), 'allow');
  assert.equal(check({ public_keys: [{ public_key: wrong }, { public_key: key }] }), 'allow');
  assert.equal(check({ public_key: wrong, public_keys: [{ public_key: key }] }), 'allow');
  assert.equal(check({ public_key: key, public_keys: 'none' }), 'allow');
  assert.equal(check({ public_key: wrong }), '5.4.1.8');
  assert.equal(check({}), '5.4.1.8');
  assert.equal(check({ public_key: 7, public_keys: [7, {}, { public_key: 'x' }] }), '5.4.1.8');
  assert.equal(check({ public_key: key }, { ...signed, extra: 1 }), '5.4.1.8');
  assert.equal(
    check({ public_key: key }, { mxid: bob, token: 'tok', signatures: { 'id.example': { x: 'y' } } }),
    '5.4.1.8',
  );
  const twice = signJson({ mxid: bob, token: 'tok' }, other);
  assert.equal(check({ public_key: key }, signJson(twice, identity)), 'allow');
  const content = offer({ public_key: key });
  assert.equal(said(authorise(invite(signed), roomOfTests, stateOf(content), v12)), '5.4.1.8');
});

test('a hostile third-party invite costs a bounded number of checks', () => {
  let checks = 0;
  const counting = {
    verify: (): boolean => {
      checks += 1;
      return false;
    },
  };
  const many = Array.from({ length: 1000 }, () => ({ public_key: encodeBase64(new Uint8Array(32)) }));
  const signatures = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`ed25519:${index}`, encodeBase64(new Uint8Array(64))]),
  );
  const entries: StateEntry[] = [
    ...members({}, alice),
    ['m.room.third_party_invite', 'tok', { public_keys: many }, alice],
  ];
  const signed = { mxid: bob, token: 'tok', signatures: { a: signatures } };
  const invite = event(
    'm.room.member',
    alice,
    { membership: 'invite', third_party_invite: { signed } },
    { state_key: bob },
  );
  assert.equal(said(authorise(invite, roomOfTests, stateOf(entries), v12, counting)), '5.4.1.8');
  assert.equal(checks, 32 * 32);
});

test('what has not the shape of an event is rejected', () => {
  const lookup = stateOf(members({}, alice));
  const broken: Array<Partial<Record<keyof Pdu, unknown>>> = [
    { sender: 5 },
    { content: null },
    { content: [] },
    { state_key: 5, type: 'm.room.topic' },
  ];
  for (const fields of broken) {
    const sent = { ...event('m.room.message', alice, {}), ...fields } as Pdu;
    assert.equal(said(authorise(sent, roomOfTests, lookup, v12)), '11');
    assert.equal(said(authorise(sent, roomOfTests, lookup, v11)), '10');
  }
  for (const fields of [{ sender: 5 }, { content: 'x' }, { prev_events: 'x' }] as typeof broken) {
    const sent = { ...event('m.room.create', alice, {}, { prev_events: [] }), ...fields } as Pdu;
    assert.equal(said(authorise(sent, roomOfTests, lookup, v12)), '11');
  }
});

test('property: authorisation never throws, whatever the event and the state hold', () => {
  const types = fc.constantFrom(
    'm.room.create',
    'm.room.member',
    'm.room.power_levels',
    'm.room.join_rules',
    'm.room.third_party_invite',
    'x',
  );
  const users = fc.constantFrom(alice, bob, '@', '__proto__', '');
  const key = fc.constantFrom(
    'membership',
    'users',
    'events',
    'notifications',
    'ban',
    'third_party_invite',
    'signed',
    'signatures',
    'creator',
    'additional_creators',
    'join_rule',
    'join_authorised_via_users_server',
    'public_keys',
    '__proto__',
    alice,
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(
        'join',
        'invite',
        'leave',
        'ban',
        'knock',
        'public',
        'restricted',
        '5',
        bob,
        null,
        true,
        -1,
        0,
        100,
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const content = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });
  const loose = fc.record({
    type: fc.oneof(types, value),
    sender: fc.oneof(users, value),
    state_key: fc.oneof(users, value),
    content: fc.oneof(content, value),
    room_id: fc.constant(roomOfTests),
    prev_events: fc.oneof(fc.constantFrom([], ['$create']), value),
  });
  const entries = fc.array(fc.tuple(types, users, fc.oneof(content, value)), { maxLength: 6 });
  fc.assert(
    fc.property(loose, entries, fc.constantFrom(...versions), (sent, held, version) => {
      const lookup = stateOf([...members({ creator: alice }, alice, bob), ...(held as StateEntry[])]);
      const decision = authorise(sent as unknown as Pdu, roomOfTests, lookup, version, nodeCrypto);
      assert.ok(decision.allowed || /^[0-9]+(\.[0-9]+)*$/.test(decision.rule));
    }),
    { numRuns: runs(3000) },
  );
});
