import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { CallWords } from './call-words.ts';

/** People whose words reach only those who hold the key of the epoch that they are said in, as LiveKit has it. */
function makeRoom(t: TestContext, names: readonly string[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const holds = new Map(names.map((name) => [name, new Set<number>()]));
  const sent: { from: string; to: readonly string[] | undefined }[] = [];
  const people = new Map<string, CallWords>();
  for (const from of names) {
    const send = async (bytes: Uint8Array<ArrayBuffer>, to?: readonly string[]) => {
      sent.push({ from, to });
      const { epoch } = JSON.parse(new TextDecoder().decode(bytes)) as { epoch: number };
      for (const name of to ?? names) {
        if (name !== from && holds.get(name)?.has(epoch) === true) people.get(name)?.hear(from, bytes);
      }
    };
    const others = () => names.filter((name) => name !== from);
    const words = new CallWords({ send, others, changed: () => undefined });
    people.set(from, words);
    t.after(() => words.stop());
  }
  const person = (name: string) => people.get(name) as CallWords;
  return {
    person,
    sent,
    /** The key is here; it is used for sending at once. */
    take(name: string, epoch: number) {
      holds.get(name)?.add(epoch);
      person(name).use(epoch);
    },
  };
}

test('who got the key after the others had spoken learns all the same who has it', (t) => {
  const { person, take } = makeRoom(t, ['leader', 'second', 'guest']);
  take('leader', 1);
  take('guest', 1);
  // The guest's word is lost on the second: their key comes now.
  take('second', 1);
  assert.equal(person('leader').shows('guest', 1), true);
  assert.equal(person('second').shows('guest', 1), false);
  t.mock.timers.tick(1000);
  assert.equal(person('second').shows('guest', 1), true);
  assert.equal(person('second').shows('leader', 1), true);
  assert.equal(person('guest').shows('second', 1), true);
});

test('those who are silent are asked ever more seldom, and nobody once all have shown the key', (t) => {
  const { take, sent } = makeRoom(t, ['a', 'b']);
  const minute = () => Array.from({ length: 60 }, () => t.mock.timers.tick(1000));
  take('a', 1);
  sent.length = 0;
  minute();
  assert.ok(sent.length >= 5 && sent.length <= 8, `asked ${sent.length} times in a minute`);
  assert.ok(sent.every(({ to }) => to?.join() === 'b'));
  take('b', 1);
  minute();
  sent.length = 0;
  minute();
  assert.deepEqual(sent, []);
});

test('a hand is seen; what is no word, or too long, or of a stranger, changes nothing but the sender', (t) => {
  const { person, take } = makeRoom(t, ['a', 'b']);
  take('a', 1);
  take('b', 1);
  void person('b').raise(true);
  assert.deepEqual(person('a').said.get('b'), { epoch: 1, hand: true });
  const bytes = (text: string) => new TextEncoder().encode(text);
  person('a').hear('stranger', bytes('{"epoch":1}'));
  person('a').hear('b', bytes(`{"epoch":1,"more":"${'x'.repeat(2000)}"}`));
  person('a').hear('b', bytes('{"epoch":"1"}'));
  assert.deepEqual([...person('a').said], [['b', { epoch: 1, hand: true }]]);
  person('a').hear('b', bytes('nonsense'));
  assert.equal(person('a').said.size, 0);
});
