import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '@preact/signals';
import { filesOf, reachOf, readFurther } from './files.ts';
import { messageItem } from './testing/message-item.ts';
import type {
  MessageContent,
  MessageItem,
  OlderState,
  OpenRoom,
  Person,
  TimelineItem,
} from '../matrix/door.ts';

const salma: Person = { userId: '@salma:m', name: 'Salma Haddad' };
const about = { sender: salma, own: false, readers: [] };
const gap: TimelineItem = { type: 'gap', key: 'gap' };

function message(id: string, content: MessageContent, more: Partial<MessageItem> = {}): MessageItem {
  return messageItem(id, { sender: salma, time: Number(id), content, ...more });
}

const words = (id: string) => messageItem(id, { sender: salma, time: Number(id) });
const file = (id: string, kind: 'image' | 'video' | 'file' = 'file') =>
  message(id, { kind, file: { source: { mxc: `mxc://m/${id}` }, name: `${id}.bin` } });
const locked = (id: string): TimelineItem => ({
  ...about,
  type: 'undecryptable',
  key: id,
  eventId: id,
  time: Number(id),
  reason: 'noKey',
});

function keys(items: readonly TimelineItem[]): string {
  return filesOf(items)
    .map((item) => item.key)
    .join(' ');
}

test('files are the messages with pictures, videos, sounds and others, newest first', () => {
  const sound = message('4', {
    kind: 'audio',
    voice: true,
    file: { source: { mxc: 'mxc://m/4' }, name: 'voice.ogg' },
  });
  assert.equal(keys([file('1', 'image'), words('2'), file('3', 'video'), gap, sound, file('5')]), '5 4 3 1');
});

test('what was removed, cannot be read or has not been sent is not among them', () => {
  const removed: TimelineItem = { ...about, type: 'redacted', key: '1', eventId: '1', time: 1, by: salma };
  const { eventId: _, ...unsent } = file('4');
  assert.equal(keys([removed, locked('2'), { ...file('3'), edited: true }, unsent]), '3');
});

test('a chat was looked through as a whole only without gaps, from its beginning on', () => {
  const all = [words('1'), file('2')];
  assert.deepEqual(reachOf(all, 'end'), { whole: true, locked: false, since: 1 });
  assert.deepEqual(reachOf(all, 'idle'), { whole: false, locked: false, since: 1 });
  assert.deepEqual(reachOf([words('1'), gap, words('3'), file('4')], 'end'), {
    whole: false,
    locked: false,
    since: 3,
  });
  assert.deepEqual(reachOf([words('1'), gap], 'idle'), { whole: false, locked: false, since: undefined });
  assert.equal(reachOf([locked('1'), file('2')], 'end').locked, true);
});

/** A room whose pages come one by one, oldest last; it rejects where one is missing. */
function roomOf(pages: readonly (readonly TimelineItem[] | undefined)[]) {
  const items = signal<readonly TimelineItem[]>([]);
  const older = signal<OlderState>('idle');
  let read = 0;
  const loadOlder = async () => {
    const page = pages[read];
    read += 1;
    older.value = page === undefined ? 'failed' : read === pages.length ? 'end' : 'idle';
    if (page === undefined) throw new Error('No network.');
    items.value = [...page, ...items.value];
  };
  return { room: { items, older, loadOlder } as unknown as OpenRoom, older, pages: () => read };
}

test('a press reads on until one more file is found', async () => {
  const { room, pages } = roomOf([[words('5')], [words('4')], [file('3')], [file('2')], [words('1')]]);
  await readFurther(room);
  assert.equal(pages(), 3);
  assert.equal(keys(room.items.value), '3');
  await readFurther(room);
  assert.equal(pages(), 4);
});

test('it stops at the beginning, after five pages, where the network ends and while others read', async () => {
  const short = roomOf([[words('2')], [words('1')]]);
  await readFurther(short.room);
  await readFurther(short.room);
  assert.equal(short.pages(), 2);
  const long = roomOf(Array.from({ length: 12 }, (_, page) => [words(String(20 - page))]));
  await readFurther(long.room);
  assert.equal(long.pages(), 5);
  const cut = roomOf([[words('2')], undefined, [words('1')]]);
  await assert.rejects(readFurther(cut.room), { message: 'No network.' });
  assert.equal(cut.pages(), 2);
  cut.older.value = 'loading';
  await readFurther(cut.room);
  assert.equal(cut.pages(), 2);
});
