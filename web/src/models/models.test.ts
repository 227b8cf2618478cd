import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MatrixError } from '../matrix/errors.ts';
import { allRecoveryWords } from '../words/lists.ts';
import { changeWords } from './change-words.ts';
import { errorWords } from './error-words.ts';
import { userIdOf } from './user-id.ts';
import { previewOf } from './preview-of.ts';
import { looksLikeKey, placesToCheck, plain, tidyPhrase } from './phrase.ts';
import { firstName, lastWords, previewWords, titleWords } from './room-words.ts';
import { messageItem } from './testing/message-item.ts';
import { onlyEmoji, textParts } from './text-parts.ts';
import { gridPage, inFront, shares } from './tiles.ts';
import { timelineRows } from './timeline-rows.ts';
import { waveformOf } from './voice.ts';
import type { CallPerson } from '../calls/door.ts';
import type { MessageItem, MessagePreview, Person, SystemItem, TimelineItem } from '../matrix/door.ts';
import type { Say } from './say.ts';

/** Says the key with its parameters, so that the tests see what would be said. */
const say: Say = (key, parameters = {}) =>
  [key, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(' ');

const lengths = (ms: number) => `${ms} ms`;

const salma: Person = { userId: '@salma:a', name: 'Salma Haddad' };
const karim: Person = { userId: '@karim:a', name: 'أبو كريم النجّار' };
const noon = new Date(2025, 10, 13, 12, 0).getTime();

function message(id: string, sender: Person, minutes: number, own = false): MessageItem {
  return messageItem(id, { sender, own, time: noon + minutes * 60_000 });
}

function shape(items: readonly TimelineItem[], readUpTo?: string): string {
  return timelineRows(items, readUpTo)
    .map((row) => {
      if (row.kind !== 'message') return row.kind === 'new' ? `new ${row.count}` : row.kind;
      return `${row.key}${row.first ? '^' : ''}${row.last ? '$' : ''}`;
    })
    .join(' ');
}

test('messages of one sender within five minutes stand together', () => {
  assert.equal(
    shape([message('a', salma, 0), message('b', salma, 4), message('c', salma, 10), message('d', karim, 10)]),
    'day a^ b$ c^$ d^$',
  );
});

test('a new day has its line and breaks a group', () => {
  const midnight = 12 * 60;
  assert.equal(
    shape([message('a', salma, midnight - 1), message('b', salma, midnight + 1)]),
    'day a^$ day b^$',
  );
});

test('the line before what is new counts what others wrote, and own messages do not make one', () => {
  const items = [
    message('a', salma, 0),
    message('b', salma, 1),
    message('c', karim, 2, true),
    message('d', salma, 3),
  ];
  assert.equal(shape(items, 'a'), 'day a^$ new 2 b^$ c^$ d^$');
  assert.equal(shape(items, 'd'), 'day a^ b$ c^$ d^$');
  assert.equal(shape(items, 'unknown'), 'day a^ b$ c^$ d^$');
  assert.equal(shape([message('a', salma, 0), message('b', karim, 1, true)], 'a'), 'day a^$ b^$');
});

test('addresses become links, and the signs after them do not', () => {
  assert.deepEqual(textParts('see https://a.example/b(c), ok'), [
    { kind: 'words', text: 'see ' },
    { kind: 'link', text: 'https://a.example/b(c)', href: 'https://a.example/b(c)' },
    { kind: 'words', text: ', ok' },
  ]);
  assert.deepEqual(textParts('www.a.example؟'), [
    { kind: 'link', text: 'www.a.example', href: 'https://www.a.example' },
    { kind: 'words', text: '؟' },
  ]);
  assert.deepEqual(textParts('javascript:alert(1) data:x'), [
    { kind: 'words', text: 'javascript:alert(1) data:x' },
  ]);
  assert.deepEqual(textParts(''), [{ kind: 'words', text: '' }]);
});

test('one to three emoji alone are large', () => {
  assert.ok(onlyEmoji('👍'));
  assert.ok(onlyEmoji('👍🏽 ❤️'));
  assert.ok(!onlyEmoji('ok 👍'));
  assert.ok(!onlyEmoji('12'));
  assert.ok(!onlyEmoji(''));
});

test('a chat is called by its name or by its people', () => {
  assert.equal(titleWords({ kind: 'named', text: 'Market' }, say), 'Market');
  assert.equal(titleWords({ kind: 'empty' }, say), 'emptyRoom');
  assert.equal(titleWords({ kind: 'people', people: [salma], others: 0 }, say), 'Salma Haddad');
  assert.equal(
    titleWords({ kind: 'people', people: [salma, { userId: '@b:a', name: 'B' }], others: 3 }, say),
    'andOthers names=Salma Haddad, B count=3',
  );
});

test('the last message says who wrote it, in a group and when it was you', () => {
  const last = { sender: salma, own: false, preview: { kind: 'text', text: 'a\n b' }, time: 0 } as const;
  assert.deepEqual(lastWords(last, true, say, lengths), { text: 'a b' });
  assert.deepEqual(lastWords(last, false, say, lengths), { who: 'senderLead name=Salma', text: 'a b' });
  assert.deepEqual(lastWords({ ...last, own: true }, true, say, lengths), { who: 'ownLead', text: 'a b' });
  assert.equal(firstName('أبو كريم النجّار'), 'أبو كريم');
  assert.equal(firstName('Salma Haddad'), 'Salma');
});

test('a voice message is told with its length, where its sender said it', () => {
  const told = (preview: MessagePreview) => previewWords(preview, '', say, lengths);
  const icon = 'microphone';
  assert.deepEqual(told({ kind: 'voice', text: 'x.ogg', duration: 24_000 }), {
    text: 'previewVoiceLong duration=24000 ms',
    icon,
  });
  for (const unknown of [{}, { duration: 0 }])
    assert.deepEqual(told({ kind: 'voice', text: 'x.ogg', ...unknown }), { text: 'previewVoice', icon });
  const file = { source: { mxc: 'mxc://a/b' }, name: 'x.ogg', duration: 24_000 };
  assert.deepEqual(previewOf({ kind: 'audio', voice: true, file }), {
    kind: 'voice',
    text: 'x.ogg',
    duration: 24_000,
  });
  assert.deepEqual(previewOf({ kind: 'audio', voice: false, file }), { kind: 'audio', text: 'x.ogg' });
});

test('what changed is told with who and whom', () => {
  assert.equal(
    changeWords({ is: 'invited', subject: karim }, 'Salma', say),
    `sysInvited by=Salma name=${karim.name}`,
  );
  assert.equal(changeWords({ is: 'encryptionOn' }, 'Salma', say), 'sysEncryption');
  assert.equal(changeWords({ is: 'topic', topic: 'x' }, 'Salma', say), 'sysTopic name=Salma');
});

test('errors become sentences, and giving up is silent', () => {
  assert.equal(errorWords(new MatrixError('network', 'x'), say), 'noConnectionTry');
  assert.equal(
    errorWords(new MatrixError('server', 'x', { status: 403, errcode: 'M_FORBIDDEN' }), say),
    'notAllowed',
  );
  assert.equal(errorWords(new MatrixError('server', 'x', { status: 502 }), say), 'serverTrouble');
  assert.equal(errorWords(new MatrixError('denied', 'x'), say), undefined);
  assert.equal(errorWords(new TypeError('x'), say), 'didNotWork');
});

test('a user id from what people type', () => {
  assert.equal(userIdOf('Salma', 'a.example'), '@salma:a.example');
  assert.equal(userIdOf('@salma:b.example:8448', 'a.example'), '@salma:b.example:8448');
  assert.equal(userIdOf('سلمى', 'a.example'), undefined);
  assert.equal(userIdOf('', 'a.example'), undefined);
});

test('a phrase is found again however it is spelt', async () => {
  const lists = await allRecoveryWords();
  assert.equal(tidyPhrase('  ١ نخله، ٢ جسر\nأسد ', lists), 'نخلة جسر اسد');
  assert.equal(tidyPhrase('Ребенок, МЁД', lists), 'ребёнок мёд');
  assert.equal(tidyPhrase('Coeur cuillere', lists), 'coeur cuillère');
  assert.equal(tidyPhrase('unknownword palm', lists), 'unknownword palm');
  assert.ok(looksLikeKey('EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d'));
  assert.ok(!looksLikeKey('palm bridge moon'));
});

test('the words of each list differ even when spelt carelessly, and are enough', async () => {
  for (const language of ['ar', 'en', 'fr', 'ru', 'tg']) {
    const { words } = (await import(`../words/recovery/${language}.ts`)) as { words: readonly string[] };
    assert.ok(words.length >= 256, language);
    assert.equal(new Set(words.map(plain)).size, words.length, language);
    const { names } = (await import(`../words/emoji/${language}.ts`)) as { names: readonly string[] };
    assert.equal(new Set(names).size, 64, language);
  }
});

test('three different places are checked, in order', () => {
  const draws = [0.5, 0.5, 0.1, 0.99];
  assert.deepEqual(
    placesToCheck(12, () => draws.shift() ?? 0),
    [1, 6, 11],
  );
});

test('a waveform has at most sixty heights between 0 and 1024', () => {
  const wave = waveformOf(Array.from({ length: 600 }, (_, index) => index / 600));
  assert.equal(wave.length, 60);
  assert.ok(wave.every((height) => height >= 0 && height <= 1024));
  assert.deepEqual(waveformOf([]), []);
  assert.deepEqual(waveformOf([2]), [1024]);
});

test('what every room begins with is not told', () => {
  const system = (key: string, change: SystemItem['change'], seconds: number): SystemItem => ({
    type: 'system',
    key,
    eventId: key,
    sender: salma,
    own: false,
    time: noon + seconds * 1000,
    readers: [],
    change,
  });
  const items = [
    system('created', { is: 'created' }, 0),
    system('joined', { is: 'joined', subject: salma }, 0),
    system('power', { is: 'powerLevels' }, 1),
    system('on', { is: 'encryptionOn' }, 1),
    system('karim', { is: 'invited', subject: karim }, 1),
    system('later', { is: 'topic', topic: 'x' }, 60),
  ];
  assert.deepEqual(
    timelineRows(items, undefined).map((row) => row.key),
    ['day created', 'created', 'on', 'karim', 'later'],
  );
});

test('the grid shows six at a time, others before the own face', () => {
  const person = (id: string, more: Partial<CallPerson> = {}): CallPerson => ({
    id,
    name: id,
    avatarId: id,
    own: false,
    guest: false,
    microphone: true,
    camera: false,
    sharing: false,
    hand: false,
    speaking: false,
    level: 0,
    canDecrypt: true,
    unreadable: false,
    connection: 'good',
    ...more,
  });
  const people = [
    person('own', { own: true }),
    ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => person(id)),
  ];
  assert.deepEqual(
    gridPage(people, 0).people.map(({ id }) => id),
    ['a', 'b', 'c', 'd', 'e', 'f'],
  );
  assert.deepEqual(gridPage(people, 9), { people: [people[7], people[0]], page: 1, pages: 2 });
  assert.equal(inFront(people, 'c')?.id, 'c');
  assert.equal(inFront(people, undefined)?.id, 'a');
  assert.equal(inFront([person('own', { own: true })], undefined)?.id, 'own');
  const screen = { attach: () => () => undefined };
  assert.equal(inFront([...people, person('s', { sharing: true, screen })], 'c')?.id, 's');
  assert.deepEqual(shares([0, 5, 10]), [0, 0.5, 1]);
  assert.deepEqual(shares([]), []);
});
