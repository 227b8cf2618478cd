import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyRoom } from '../rooms/record.ts';
import type { RoomRecord } from '../rooms/record.ts';
import type { OutgoingRecord } from '../sending/outgoing.ts';
import type { TimelineItem } from './items.ts';
import type { EventRecord, LogEntry, RawEvent } from './log.ts';
import { missingQuotes, reduceTimeline } from './reduce.ts';
import type { TimelineInput } from './reduce.ts';
import { reuseItems } from './reuse.ts';

const own = '@own:s';
const sara = '@sara:s';

const room: RoomRecord = {
  ...emptyRoom('!r'),
  joined: 3,
  people: { [sara]: { membership: 'join', name: 'Sara' }, [own]: { membership: 'join' } },
};

let count = 0;
function event(sender: string, type: string, content: object, more: Partial<RawEvent> = {}): RawEvent {
  count += 1;
  return {
    event_id: `$${count}`,
    type,
    sender,
    origin_server_ts: 1000 * count,
    content: content as RawEvent['content'],
    ...more,
  };
}
const text = (sender: string, body: string, relates?: object, id?: string) =>
  event(
    sender,
    'm.room.message',
    { msgtype: 'm.text', body, ...(relates === undefined ? {} : { 'm.relates_to': relates }) },
    id === undefined ? {} : { event_id: id },
  );

function input(events: readonly (RawEvent | LogEntry)[], more: Partial<TimelineInput> = {}): TimelineInput {
  const entries = events.map((entry, index): LogEntry => ('type' in entry ? { index, event: entry } : entry));
  return {
    ownId: own,
    room,
    entries,
    outgoing: [],
    sending: new Map(),
    quoted: new Map(),
    sentFromHere: new Map(),
    mayRedactOthers: false,
    ignored: new Set(),
    ...more,
  };
}

function only(items: readonly TimelineItem[]) {
  assert.equal(items.length, 1);
  const item = items[0];
  assert.ok(item?.type === 'message');
  return item;
}

test('an edit by the sender changes the text, one by another does not', () => {
  const edit = (sender: string, body: string) =>
    event(sender, 'm.room.message', {
      msgtype: 'm.text',
      body: `* ${body}`,
      'm.new_content': { msgtype: 'm.text', body },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$a' },
    });
  const item = only(
    reduceTimeline(input([text(sara, 'helo', undefined, '$a'), edit(sara, 'hello'), edit(own, 'forged')])),
  );
  assert.deepEqual(item.content, { kind: 'text', body: 'hello' });
  assert.equal(item.edited, true);
});

test('of somebody ignored neither messages, reactions nor quoted words are left, but what they changed is', () => {
  const items = reduceTimeline(
    input(
      [
        text(sara, 'loud', undefined, '$loud'),
        text(own, 'well', { 'm.in_reply_to': { event_id: '$loud' } }, '$a'),
        event(sara, 'm.reaction', {
          'm.relates_to': { rel_type: 'm.annotation', event_id: '$a', key: '👍' },
        }),
        event(sara, 'm.room.name', { name: 'New' }, { state_key: '' }),
      ],
      { ignored: new Set([sara]) },
    ),
  );
  assert.deepEqual(
    items.map(({ type }) => type),
    ['message', 'system'],
  );
  const answer = only(items.slice(0, 1));
  assert.deepEqual(answer.reactions, []);
  assert.deepEqual(answer.replyTo, { eventId: '$loud', state: 'missing' });
});

test('reactions count each person once and know the own one', () => {
  const react = (sender: string, key: string) =>
    event(sender, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$a', key } });
  const item = only(
    reduceTimeline(
      input([text(sara, 'hi', undefined, '$a'), react(own, '👍'), react(sara, '👍'), react(sara, '👍')]),
    ),
  );
  assert.deepEqual(
    item.reactions.map(({ key, count: total, own: mine }) => [key, total, mine]),
    [['👍', 2, true]],
  );
});

test('a redacted message keeps its place and says by whom', () => {
  const because = event(sara, 'm.room.redaction', { reason: 'wrong room' });
  const gone = { ...text(sara, 'oops'), content: {}, unsigned: { redacted_because: because } };
  const [item] = reduceTimeline(input([gone as unknown as RawEvent]));
  assert.ok(item?.type === 'redacted');
  assert.equal(item.by.name, 'Sara');
  assert.equal(item.reason, 'wrong room');
});

test('an encrypted event waits, fails with its reason, and shows when it is clear', () => {
  const secret = event(sara, 'm.room.encrypted', { session_id: 'x', ciphertext: 'y' });
  const shown = (record: Partial<EventRecord>) =>
    reduceTimeline(input([{ index: 0, event: secret, ...record }]))[0];
  assert.deepEqual(typeOf(shown({})), ['undecryptable', 'waiting']);
  assert.deepEqual(typeOf(shown({ failed: 'withheld' })), ['undecryptable', 'withheld']);
  const clear = {
    type: 'm.room.message',
    content: { msgtype: 'm.text', body: 'سلام' },
    authenticity: 'ok',
  } as const;
  const item = shown({ clear });
  assert.ok(item?.type === 'message' && item.content.kind === 'text');
  assert.equal(item.content.body, 'سلام');
});

function typeOf(item: TimelineItem | undefined): unknown[] {
  return item?.type === 'undecryptable' ? [item.type, item.reason] : [item?.type];
}

test('an undecryptable edit or reaction makes no line of its own', () => {
  const relation = { rel_type: 'm.annotation', event_id: '$a' };
  const secret = event(sara, 'm.room.encrypted', { session_id: 'x', 'm.relates_to': relation });
  assert.deepEqual(reduceTimeline(input([secret])), []);
});

test('a clear message in an encrypted room is marked', () => {
  const encrypted: RoomRecord = {
    ...room,
    encrypted: true,
    state: { 'm.room.encryption': { '': { eventId: '$e', sender: sara, content: {}, time: 1 } } },
  };
  assert.equal(
    only(reduceTimeline(input([text(sara, 'plain')], { room: encrypted }))).authenticity,
    'notEncrypted',
  );
  assert.equal(only(reduceTimeline(input([text(sara, 'plain')]))).authenticity, 'ok');
});

test('ticks: sent, delivered when one has it, read when all have', () => {
  const mine = text(own, 'news', undefined, '$mine');
  const tick = (receipts: RoomRecord['receipts'], more: RawEvent[] = []) => {
    const item = reduceTimeline(input([mine, ...more], { room: { ...room, receipts } }))[0];
    return item?.type === 'message' ? item.send.is : undefined;
  };
  const receipt = { eventId: '$mine', time: 5 };
  assert.equal(tick({}), 'sent');
  assert.equal(tick({ [own]: receipt }), 'sent');
  assert.equal(tick({}, [text(sara, 'later')]), 'delivered');
  assert.equal(tick({ [sara]: receipt }), 'delivered');
  assert.equal(tick({ [sara]: receipt, '@third:s': receipt }), 'read');
});

test('of somebody ignored no reading is told, and the ticks speak of the others', () => {
  const third = '@third:s';
  const mine = text(own, 'news', undefined, '$mine');
  const people = { ...room.people, [third]: { membership: 'join' } } as const;
  const told = (readers: readonly string[], ignored: readonly string[]) => {
    const receipts = Object.fromEntries(readers.map((userId) => [userId, { eventId: '$mine', time: 5 }]));
    const item = only(
      reduceTimeline(
        input([mine, text(sara, 'hidden')], {
          room: { ...room, people, receipts },
          ignored: new Set(ignored),
        }),
      ).slice(0, 1),
    );
    return [item.send.is, ...item.readers.map(({ userId }) => userId)];
  };
  assert.deepEqual(told([sara], []), ['delivered'], 'her own mark moved on to what she wrote');
  assert.deepEqual(told([sara], [sara]), ['sent']);
  assert.deepEqual(told([sara, third], [sara]), ['read', third]);
  assert.deepEqual(told([sara, third], [sara, '@nowhere:s']), ['read', third]);
});

test('what is on its way stands at the end and keeps its key when it arrives', () => {
  const record: OutgoingRecord = {
    order: 1,
    txnId: 'm1',
    roomId: '!r',
    time: 99,
    type: 'm.room.message',
    content: { msgtype: 'm.text', body: 'soon' },
    state: 'waiting',
  };
  const queued = only(reduceTimeline(input([], { outgoing: [record] })));
  assert.deepEqual([queued.key, queued.send.is], ['m1', 'queued']);
  const sending = only(
    reduceTimeline(input([], { outgoing: [record], sending: new Map([['m1', undefined]]) })),
  );
  assert.equal(sending.send.is, 'sending');
  const sent: OutgoingRecord = { ...record, state: 'sent', eventId: '$arrived' };
  const echo = text(own, 'soon', undefined, '$arrived');
  const both = input([echo], { outgoing: [sent], sentFromHere: new Map([['$arrived', 'm1']]) });
  assert.equal(only(reduceTimeline(both)).key, 'm1');
});

test('an edit on its way shows at once', () => {
  const edit: OutgoingRecord = {
    order: 1,
    txnId: 'm2',
    roomId: '!r',
    time: 99,
    type: 'm.room.message',
    content: {
      msgtype: 'm.text',
      body: '* new',
      'm.new_content': { msgtype: 'm.text', body: 'new' },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$mine' },
    },
    state: 'waiting',
  };
  const item = only(reduceTimeline(input([text(own, 'old', undefined, '$mine')], { outgoing: [edit] })));
  assert.deepEqual(item.content, { kind: 'text', body: 'new' });
});

test('an answer quotes what it answers, or asks for it', () => {
  const answer = text(own, '> <@sara:s> hi\n\nhello', { 'm.in_reply_to': { event_id: '$asked' } });
  const there = reduceTimeline(input([text(sara, 'hi', undefined, '$asked'), answer]))[1];
  assert.ok(there?.type === 'message' && there.content.kind === 'text');
  assert.equal(there.content.body, 'hello');
  assert.deepEqual(there.replyTo?.preview, { kind: 'text', text: 'hi' });
  assert.deepEqual(missingQuotes(input([answer])), ['$asked']);
  const missing = only(reduceTimeline(input([answer], { quoted: new Map([['$asked', 'missing']]) })));
  assert.equal(missing.replyTo?.state, 'missing');
});

test('a gap inside makes a mark, the one at the top does not', () => {
  const items = reduceTimeline(
    input([{ index: -0.5, gap: 't' }, text(sara, 'a'), { index: 1.5, gap: 'u' }, text(sara, 'b')]),
  );
  assert.deepEqual(
    items.map((item) => item.type),
    ['message', 'gap', 'message'],
  );
});

test('membership is told from what was before', () => {
  const member = (membership: string, before: object | undefined, sender = sara) =>
    event(
      sender,
      'm.room.member',
      { membership, displayname: 'Sara' },
      {
        state_key: sara,
        ...(before === undefined ? {} : { unsigned: { prev_content: before as RawEvent['content'] } }),
      },
    );
  const told = (raw: RawEvent) => {
    const item = reduceTimeline(input([raw]))[0];
    return item?.type === 'system' ? item.change.is : undefined;
  };
  assert.equal(told(member('join', undefined)), 'joined');
  assert.equal(told(member('join', { membership: 'join', displayname: 'S' })), 'displayName');
  assert.equal(told(member('join', { membership: 'join', displayname: 'Sara' })), undefined);
  assert.equal(told(member('leave', { membership: 'join' })), 'left');
  assert.equal(told(member('leave', { membership: 'join' }, own)), 'removed');
  assert.equal(told(member('leave', { membership: 'invite' })), 'inviteRefused');
  assert.equal(told(member('leave', { membership: 'ban' }, own)), 'unbanned');
});

test('unchanged items stay the same objects', () => {
  const events = [text(sara, 'a', undefined, '$a'), text(sara, 'b', undefined, '$b')];
  const first = reuseItems([], reduceTimeline(input(events)));
  assert.equal(reuseItems(first, reduceTimeline(input(events))), first);
  const reaction = event(own, 'm.reaction', {
    'm.relates_to': { rel_type: 'm.annotation', event_id: '$b', key: 'x' },
  });
  const second = reuseItems(first, reduceTimeline(input([...events, reaction])));
  assert.equal(second[0], first[0]);
  assert.notEqual(second[1], first[1]);
});
