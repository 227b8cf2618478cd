import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { CallWords } from './call-words.ts';
import type { Epoch } from './epochs.ts';
import { sealMessage } from './sealed-message.ts';

const epochs = [0, 1, 2].map((number): Epoch => ({
  number,
  by: 'a',
  secret: new Uint8Array(32).fill(number + 1),
}));
const first = epochs[1] as Epoch;
const second = epochs[2] as Epoch;

/** People who open only what is said in epochs that they hold. */
function makeRoom(t: TestContext, names: readonly string[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const holds = new Map(names.map((name) => [name, new Set<Epoch>()]));
  const sent: { from: string; to: readonly string[] | undefined; bytes: Uint8Array<ArrayBuffer> }[] = [];
  const people = new Map<string, CallWords>();
  const gone = new Set<string>();
  for (const from of names) {
    const words = new CallWords({
      now: () => 1000,
      ownIdentity: () => from,
      epochOf: (number) => [...(holds.get(from) ?? [])].find((epoch) => epoch.number === number),
      send: async (bytes, to) => {
        sent.push({ from, to, bytes });
        for (const name of to ?? names) if (name !== from) await people.get(name)?.hear(from, bytes);
      },
      others: () => names.filter((name) => name !== from && !gone.has(name)),
      changed: () => undefined,
    });
    people.set(from, words);
    t.after(() => words.stop());
  }
  const person = (name: string) => people.get(name) as CallWords;
  /** All that anybody had to say has been heard: the words of one go one after the other, and answers are words too. */
  const quiet = async () => {
    let before;
    do {
      before = sent.length;
      for (const words of people.values()) await words.raise(false);
    } while (sent.length > before + names.length);
  };
  return {
    person,
    sent,
    gone,
    quiet,
    /** The key is here; it is used for sending at once. */
    async take(name: string, epoch: Epoch) {
      holds.get(name)?.add(epoch);
      person(name).use(epoch);
      await quiet();
    },
    hold: (name: string, epoch: Epoch) => holds.get(name)?.add(epoch),
  };
}

test('who got the key after the others had spoken learns all the same who has it', async (t) => {
  const { person, take, hold } = makeRoom(t, ['leader', 'guest', 'late']);
  hold('leader', first);
  person('leader').use(first);
  hold('guest', first);
  await person('guest').raise(false);
  person('guest').use(first);
  await person('guest').raise(false);
  assert.equal(person('leader').shows('guest', 1), true);
  assert.equal(person('late').shows('guest', 1), false, 'the word of the guest came before the key');
  await take('late', first);
  t.mock.timers.tick(1000);
  await person('late').raise(false);
  for (const [one, other] of [
    ['late', 'guest'],
    ['late', 'leader'],
    ['guest', 'late'],
  ] as const)
    assert.equal(person(one).shows(other, 1), true, `${one} should know of ${other}`);
});

test('those who are silent are asked ever more seldom, and nobody once all have shown the key', async (t) => {
  const { take, sent, quiet } = makeRoom(t, ['a', 'b']);
  const minute = async () => {
    for (let seconds = 0; seconds < 60; seconds += 1) t.mock.timers.tick(1000);
    const asked = () => sent.filter(({ to }) => to !== undefined);
    await quiet();
    return asked();
  };
  await take('a', first);
  sent.length = 0;
  const asked = await minute();
  assert.ok(asked.length >= 5 && asked.length <= 8, `asked ${asked.length} times in a minute`);
  assert.ok(asked.every(({ from, to }) => from === 'a' && to?.join() === 'b'));
  await take('b', first);
  await minute();
  sent.length = 0;
  assert.deepEqual(await minute(), []);
});

test('a hand is seen; what is in the clear, too long, of a stranger or in another’s name is nothing', async (t) => {
  const { person, take, sent } = makeRoom(t, ['a', 'b']);
  await take('a', first);
  await take('b', first);
  await person('b').raise(true);
  const raised = { epoch: 1, hand: true };
  assert.deepEqual(person('a').said.get('b'), raised);
  const bytes = (text: string) => new TextEncoder().encode(text);
  const number = 10_000;
  const own = sent.find(({ from }) => from === 'a')?.bytes ?? new Uint8Array();
  await person('a').hear('b', bytes('{"epoch":1,"hand":false}'));
  await person('a').hear('b', own);
  await person('a').hear('b', await sealMessage({ number, content: bytes('{}') }, 'b', 'still', first));
  const long = bytes(`{"more":"${'x'.repeat(2000)}"}`);
  await person('a').hear('b', await sealMessage({ number, content: long }, 'b', 'words', first));
  await person('a').hear('c', await sealMessage({ number, content: bytes('{}') }, 'c', 'words', first));
  assert.deepEqual([...person('a').said], [['b', raised]]);
  // Sealed by the right person, but with nothing in it that this version knows.
  await person('a').hear('b', await sealMessage({ number, content: bytes('?') }, 'b', 'words', first));
  assert.deepEqual([...person('a').said], [['b', { epoch: 1, hand: false }]]);
});

test('a word that the media server passes on again changes nothing', async (t) => {
  const { person, take, sent, gone } = makeRoom(t, ['a', 'b']);
  await take('a', first);
  await take('b', first);
  await person('b').raise(true);
  const raised = sent.findLast(({ from }) => from === 'b')?.bytes ?? new Uint8Array();
  await person('b').raise(false);
  await person('a').hear('b', raised);
  assert.equal(person('a').said.get('b')?.hand, false);
  await take('a', second);
  await take('b', second);
  await person('a').hear('b', raised);
  assert.equal(person('a').shows('b', 2), true);
  gone.add('b');
  person('a').gone('b');
  await person('a').hear('b', raised);
  assert.equal(person('a').said.size, 0);
});
