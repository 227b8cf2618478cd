import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob, type GlobOptions } from './glob.ts';
import { runs } from '../testing/runs.ts';

test('whole texts', () => {
  const cases: Array<[pattern: string, text: string, matches: boolean, options?: GlobOptions]> = [
    ['abc', 'abc', true],
    ['abc', 'ABC', true],
    ['abc', 'ABC', false, { ignoreCase: false }],
    ['abc', 'abcd', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'any thing\n', true],
    ['a*', 'a', true],
    ['a*c', 'abcbc', true],
    ['a*c', 'abcb', false],
    ['a**c', 'ac', true],
    ['*.example', 'a.b.example', true],
    ['*.example', 'example', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['?', '\u{1f600}', true],
    ['a?c', 'a?c', true, { question: false }],
    ['a?c', 'abc', false, { question: false }],
    ['a?*', 'a?bc', true, { question: false }],
    ['a.c', 'abc', false],
    ['a[b]c', 'abc', false],
    ['*a*b', 'xxaxxab', true],
    ['a*a', 'a', false],
    ['ab*ba', 'aba', false],
    ['ab*b*ba', 'abba', false],
    ['ab*b*ba', 'abbba', true],
    ['m.*', 'm.room.message', true],
  ];
  for (const [pattern, text, matches, options] of cases) {
    assert.equal(compileGlob(pattern, options).matches(text), matches, `${pattern} on ${text}`);
  }
});

test('parts of a text at word boundaries', () => {
  const cases: Array<[pattern: string, text: string, matches: boolean]> = [
    ['ex*ple', 'An example event.', true],
    ['ex*ple', 'exple', true],
    ['ex*ple', 'An exciting triple-whammy', true],
    ['ex*ple', 'An examples event', false],
    ['ex*ple', 'an aexample', false],
    ['cake', 'Cake!', true],
    ['cake', 'cakes', false],
    ['cake', 'pancake cake', true],
    ['cake', 'pan_cake', false],
    ['cake', 'é cake', true],
    ['cake', 'écakeé', true],
    ['c?ke', 'a c\u{1f600}ke', true],
    ['@room', 'hey @room!', true],
    ['@room', 'hey@room', false],
    ['', 'a b', false],
    ['', 'a  b', true],
    ['', '', true],
    ['*', 'anything', true],
    ['a*', 'xa', false],
    ['*a', 'xab', false],
    ['*a', 'xa b', true],
    ['aa', 'aaa aa', true],
  ];
  for (const [pattern, text, matches] of cases) {
    assert.equal(compileGlob(pattern).matchesWords(text), matches, `${pattern} on ${text}`);
  }
});

test('a hostile pattern costs no more than pattern times text', () => {
  const started = process.cpuUsage().user;
  const glob = compileGlob('*a'.repeat(100) + 'b');
  assert.equal(glob.matches('a'.repeat(20_000)), false);
  assert.equal(glob.matchesWords('a'.repeat(5000)), false);
  assert.ok(process.cpuUsage().user - started < 2_000_000);
});

test('property: the same answers as a regular expression', () => {
  const letters = fc.constantFrom('a', 'b', 'B', '_', ' ', '-');
  const pattern = fc
    .array(fc.oneof(letters, fc.constantFrom('*', '*', '?')), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const text = fc.array(letters, { maxLength: 10 }).map((parts) => parts.join(''));
  const source = (glob: string): string =>
    glob.replaceAll('-', '\\-').replaceAll('*', '.*').replaceAll('?', '.');
  fc.assert(
    fc.property(pattern, text, (glob, words) => {
      const compiled = compileGlob(glob);
      assert.equal(compiled.matches(words), new RegExp(`^${source(glob)}$`, 'i').test(words));
      const bounded = new RegExp(`(?<=^|\\W)${source(glob)}(?=\\W|$)`, 'i');
      assert.equal(compiled.matchesWords(words), bounded.test(words), `${glob} in ${words}`);
    }),
    { numRuns: runs(3000) },
  );
});
