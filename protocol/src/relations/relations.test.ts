import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json/value.ts';
import { aggregateRelations } from './aggregate.ts';
import { isValidReplacement, relationOf, replacedContent, type RelatedEvent } from './relation.ts';

const original: RelatedEvent = {
  eventId: '$original',
  type: 'm.room.message',
  sender: '@a:a',
  content: { body: 'one', 'm.relates_to': { 'm.in_reply_to': { event_id: '$other' } } },
  originServerTs: 1,
};

function child(eventId: string, relates: JsonObject, more: Partial<RelatedEvent> = {}): RelatedEvent {
  const { content, ...rest } = more;
  return {
    eventId,
    type: 'm.room.message',
    sender: '@a:a',
    originServerTs: 2,
    ...rest,
    content: { ...content, 'm.relates_to': { event_id: '$original', ...relates } },
  };
}

const edit = (eventId: string, more: Partial<RelatedEvent> = {}): RelatedEvent =>
  child(eventId, { rel_type: 'm.replace' }, { content: { 'm.new_content': { body: eventId } }, ...more });

test('relations are read as they are written', () => {
  assert.equal(relationOf({}), undefined);
  assert.equal(relationOf({ 'm.relates_to': [] as unknown as JsonObject }), undefined);
  assert.equal(relationOf({ 'm.relates_to': { rel_type: 'm.thread' } }), undefined);
  assert.deepEqual(relationOf(original.content), { inReplyTo: '$other', isFallingBack: false });
  assert.deepEqual(relationOf(child('$x', { rel_type: 'm.annotation', key: '👍' }).content), {
    relType: 'm.annotation',
    eventId: '$original',
    key: '👍',
    isFallingBack: false,
  });
  assert.deepEqual(
    relationOf(
      child('$x', { rel_type: 'm.thread', is_falling_back: true, 'm.in_reply_to': { event_id: '$y' } })
        .content,
    ),
    { relType: 'm.thread', eventId: '$original', inReplyTo: '$y', isFallingBack: true },
  );
});

test('only valid replacements replace', () => {
  assert.equal(isValidReplacement(edit('$e'), original), true);
  assert.equal(isValidReplacement(edit('$e', { sender: '@b:a' }), original), false);
  assert.equal(isValidReplacement(edit('$e', { type: 'm.other' }), original), false);
  assert.equal(isValidReplacement(edit('$e', { stateKey: '' }), original), false);
  assert.equal(isValidReplacement(edit('$e', { redacted: true }), original), false);
  assert.equal(isValidReplacement(edit('$e', { content: {} }), original), false);
  assert.equal(isValidReplacement(edit('$e'), { ...original, stateKey: '' }), false);
  assert.equal(isValidReplacement(edit('$e'), { ...original, redacted: true }), false);
  assert.equal(isValidReplacement(edit('$e'), { ...original, eventId: '$x' }), false);
  assert.equal(isValidReplacement(child('$e', { rel_type: 'm.thread' }), original), false);
  assert.equal(isValidReplacement(edit('$e2'), { ...edit('$e1'), eventId: '$original' }), false);
  const encrypted = { ...original, type: 'm.room.encrypted' };
  assert.equal(isValidReplacement(edit('$e', { type: 'm.room.encrypted', content: {} }), encrypted), true);
});

test('an edit changes the content and not the relation', () => {
  const changed = edit('$e', {
    content: {
      'm.new_content': { body: 'two', 'm.relates_to': { event_id: '$evil', rel_type: 'm.thread' } },
    },
  });
  assert.deepEqual(replacedContent(original, changed), {
    body: 'two',
    'm.relates_to': { 'm.in_reply_to': { event_id: '$other' } },
  });
  assert.deepEqual(replacedContent({ ...original, content: { body: 'one' } }, changed), { body: 'two' });
});

test('the latest replacement wins, by time and then by id', () => {
  const edits = [
    edit('$b', { originServerTs: 5 }),
    edit('$c', { originServerTs: 5 }),
    edit('$d', { originServerTs: 3 }),
    edit('$z', { originServerTs: 9, sender: '@evil:a' }),
  ];
  for (const list of [edits, edits.toReversed()]) {
    assert.equal(aggregateRelations(original, list, '@me:a').replacement?.eventId, '$c');
  }
});

test('reactions, threads and references', () => {
  const react = (
    eventId: string,
    sender: string,
    key: string,
    more: Partial<RelatedEvent> = {},
  ): RelatedEvent =>
    child(eventId, { rel_type: 'm.annotation', key }, { type: 'm.reaction', sender, ...more });
  const thread = (eventId: string, sender: string): RelatedEvent =>
    child(eventId, { rel_type: 'm.thread' }, { sender });
  const found = aggregateRelations(
    original,
    [
      react('$1', '@b:a', '👍'),
      react('$2', '@b:a', '👍'),
      react('$3', '@me:a', '👍'),
      react('$4', '@b:a', '🎉'),
      react('$5', '@c:a', '🎉', { redacted: true }),
      react('$6', '@c:a', '🎉', { type: 'm.room.message' }),
      child('$7', { rel_type: 'm.annotation' }, { type: 'm.reaction' }),
      thread('$8', '@b:a'),
      thread('$9', '@me:a'),
      thread('$10', '@b:a'),
      child('$11', { rel_type: 'm.reference' }),
      child('$12', { rel_type: 'm.reference', event_id: '$elsewhere' }),
      child('$13', { rel_type: 'x.unknown' }),
    ],
    '@me:a',
  );
  assert.deepEqual(found.reactions, [
    { key: '👍', senders: ['@b:a', '@me:a'], mine: '$3' },
    { key: '🎉', senders: ['@b:a'] },
  ]);
  assert.equal(found.thread?.count, 3);
  assert.equal(found.thread?.latest.eventId, '$10');
  assert.equal(found.thread?.participated, true);
  assert.deepEqual(found.references, ['$11']);
  assert.equal(found.replacement, undefined);
});

test('who wrote the root takes part in its thread; who did neither does not', () => {
  const reply = child('$t', { rel_type: 'm.thread' }, { sender: '@b:a' });
  assert.equal(aggregateRelations(original, [reply], '@a:a').thread?.participated, true);
  assert.equal(aggregateRelations(original, [reply], '@c:a').thread?.participated, false);
});

test('a thread starts at no event that has a parent', () => {
  const root = { ...child('$root', { rel_type: 'm.thread' }), eventId: '$root' };
  const reply = child('$t', { rel_type: 'm.thread', event_id: '$root' });
  assert.equal(aggregateRelations(root, [reply], '@a:a').thread, undefined);
});
