import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json/value.ts';
import {
  callExpiryDefaultMs,
  callLeaveContent,
  callMembers,
  callMemberStateKey,
  readCallMember,
  type CallMemberEvent,
} from './call-members.ts';
import {
  stickyEvents,
  stickyMembers,
  stickyMemberType,
  stickyUntil,
  type StickyEvent,
} from './sticky-members.ts';

const transport = { type: 'livekit', livekit_service_url: 'https://rtc.a.example' };
const content: JsonObject = {
  application: 'm.call',
  call_id: '',
  scope: 'm.room',
  device_id: 'PHONE',
  expires: 1000,
  focus_active: { type: 'livekit', focus_selection: 'oldest_membership' },
  foci_preferred: [transport, 'broken'],
  'm.call.intent': 'audio',
  membershipID: 'm1',
};

function member(more: Partial<CallMemberEvent> = {}): CallMemberEvent {
  return {
    eventId: '$1',
    sender: '@a:a.example',
    stateKey: '_@a:a.example_PHONE_m.call',
    originServerTs: 5000,
    content,
    ...more,
  };
}

test('a membership is read whole', () => {
  assert.deepEqual(readCallMember(member()), {
    userId: '@a:a.example',
    deviceId: 'PHONE',
    callId: '',
    application: 'm.call',
    scope: 'm.room',
    createdTs: 5000,
    expiresTs: 6000,
    transports: [transport],
    focusSelection: 'oldest_membership',
    intent: 'audio',
    membershipId: 'm1',
    eventId: '$1',
    stateKey: '_@a:a.example_PHONE_m.call',
  });
  const bare = readCallMember(
    member({ content: { application: 'm.call', call_id: 'x', device_id: 'D', created_ts: 7 } }),
  );
  assert.equal(bare?.createdTs, 7);
  assert.equal(bare?.expiresTs, 7 + callExpiryDefaultMs);
  assert.deepEqual(bare?.transports, []);
  assert.equal(bare?.scope, 'm.room');
  assert.equal(callMemberStateKey('@a:a.example', 'PHONE'), '_@a:a.example_PHONE_m.call');
});

test('leaves, broken memberships and those under the key of another are none', () => {
  assert.equal(readCallMember(member({ content: callLeaveContent() })), undefined);
  for (const key of ['application', 'call_id', 'device_id']) {
    assert.equal(readCallMember(member({ content: { ...content, [key]: 5 } })), undefined, key);
  }
  assert.equal(readCallMember(member({ content: { ...content, device_id: '' } })), undefined);
  assert.equal(readCallMember(member({ stateKey: '_@b:a.example_PHONE_m.call' })), undefined);
  assert.equal(readCallMember(member({ stateKey: '@a:a.example' }))?.deviceId, 'PHONE');
  assert.equal(readCallMember(member({ stateKey: '@a:a.example_PHONE' }))?.deviceId, 'PHONE');
  assert.equal(
    readCallMember(member({ content: { ...content, expires: -5, created_ts: 'x' } }))?.createdTs,
    5000,
  );
});

test('who is in the call: joined, not expired, one for each device, oldest first', () => {
  const events = [
    member({ eventId: '$late', originServerTs: 5500, sender: '@b:a', stateKey: '_@b:a_X_m.call' }),
    member(),
    member({ eventId: '$again', originServerTs: 5200, stateKey: '@a:a.example_PHONE' }),
    member({ eventId: '$tie', originServerTs: 5500, sender: '@c:a', stateKey: '_@c:a_X_m.call' }),
    member({ eventId: '$gone', sender: '@d:a', stateKey: '_@d:a_X_m.call' }),
    member({ eventId: '$old', originServerTs: 10, sender: '@e:a', stateKey: '_@e:a_X_m.call' }),
  ];
  for (const list of [events, events.toReversed()]) {
    const found = callMembers(list, (userId) => userId !== '@d:a', 5600);
    assert.deepEqual(
      found.map(({ eventId }) => eventId),
      ['$again', '$late', '$tie'],
    );
  }
  assert.deepEqual(callMembers([member()], () => true, 5999).length, 1);
  assert.deepEqual(
    callMembers([member()], () => true, 6000),
    [],
  );
});

function sticky(eventId: string, more: Partial<StickyEvent> = {}): StickyEvent {
  return {
    eventId,
    type: stickyMemberType,
    sender: '@a:a',
    originServerTs: 1000,
    receivedTs: 1000,
    durationMs: 500,
    content: {
      slot_id: 'm.call#ROOM',
      application: { type: 'm.call' },
      member: { id: 'one', user_id: '@a:a', device_id: 'D' },
      rtc_transports: [transport, 5],
      msc4354_sticky_key: 'one',
    },
    ...more,
  };
}

test('how long an event sticks', () => {
  assert.equal(stickyUntil(sticky('$1')), 1500);
  assert.equal(stickyUntil(sticky('$1', { receivedTs: 900 })), 1400);
  assert.equal(stickyUntil(sticky('$1', { receivedTs: 1200 })), 1500);
  assert.equal(stickyUntil(sticky('$1', { durationMs: 10 ** 9 })), 1000 + 3_600_000);
  assert.equal(stickyUntil(sticky('$1', { durationMs: -5 })), 1000);
});

test('the last to expire holds, then the higher id', () => {
  const events = [
    sticky('$b'),
    sticky('$a'),
    sticky('$0', { durationMs: 600 }),
    sticky('$z', { sender: '@b:a' }),
  ];
  for (const list of [events, events.toReversed()]) {
    assert.deepEqual(new Set(stickyEvents(list, 1100).map(({ eventId }) => eventId)), new Set(['$0', '$z']));
  }
  assert.deepEqual(
    stickyEvents([sticky('$a'), sticky('$b')], 1100).map(({ eventId }) => eventId),
    ['$b'],
  );
  assert.deepEqual(stickyEvents([sticky('$a')], 1500), []);
  assert.equal(stickyEvents([sticky('$a', { content: {} }), sticky('$b', { content: {} })], 1100).length, 2);
});

test('who is in the call by sticky events', () => {
  const [found] = stickyMembers([sticky('$1')], () => true, 1100);
  assert.deepEqual(found, {
    userId: '@a:a',
    deviceId: 'D',
    memberId: 'one',
    slotId: 'm.call#ROOM',
    application: { type: 'm.call' },
    transports: [transport],
    eventId: '$1',
    expiresTs: 1500,
  });
  assert.deepEqual(
    stickyMembers([sticky('$1')], () => false, 1100),
    [],
  );
  const leave = sticky('$2', { durationMs: 600, content: { msc4354_sticky_key: 'one' } });
  assert.deepEqual(
    stickyMembers([sticky('$1'), leave], () => true, 1100),
    [],
  );
  const { content: whole } = sticky('$1');
  for (const broken of [
    { ...whole, member: { id: 'one', user_id: '@evil:a', device_id: 'D' } },
    { ...whole, member: { id: 'one' } },
    { ...whole, member: { device_id: 'D' } },
    { ...whole, application: 'm.call' },
    { ...whole, slot_id: 5 },
  ]) {
    assert.deepEqual(
      stickyMembers([sticky('$1', { content: broken })], () => true, 1100),
      [],
    );
  }
  assert.deepEqual(
    stickyMembers([sticky('$1', { type: 'm.other' })], () => true, 1100),
    [],
  );
  const claimed = {
    ...whole,
    member: { id: 'one', claimed_user_id: '@a:a', claimed_device_id: 'E' },
    rtc_transports: 1,
  };
  assert.equal(stickyMembers([sticky('$1', { content: claimed })], () => true, 1100)[0]?.deviceId, 'E');
});
