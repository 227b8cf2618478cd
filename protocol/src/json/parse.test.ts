import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical.ts';
import { parseJson, parseLooseJson } from './parse.ts';
import { runs } from '../testing/runs.ts';

const refused: Array<[text: string, reason: RegExp, position: number]> = [
  ['', /unexpected end/, 0],
  ['   ', /unexpected end/, 3],
  ['{"a":1.0}', /fraction or an exponent/, 5],
  ['{"a":1.5}', /fraction or an exponent/, 5],
  ['[1e3]', /fraction or an exponent/, 1],
  ['[1E-3]', /fraction or an exponent/, 1],
  ['-0', /negative zero/, 0],
  ['[9007199254740992]', /beyond 2\^53/, 1],
  ['[-9007199254740992]', /beyond 2\^53/, 1],
  ['[123456789012345678901234567890]', /beyond 2\^53/, 1],
  ['{"a":1,"a":2}', /duplicate key/, 7],
  ['{"a":1,"\\u0061":2}', /duplicate key/, 7],
  ['{"__proto__":1,"__proto__":2}', /duplicate key/, 15],
  ['"\\ud800"', /lone surrogate/, 1],
  ['"\\udc00"', /lone surrogate/, 1],
  ['"\\ud800\\u0041"', /lone surrogate/, 1],
  ['"\\ud800x"', /lone surrogate/, 1],
  ['"a\ud800"', /lone surrogate/, 2],
  ['"\udc00\ud800"', /lone surrogate/, 1],
  ['"\ud800\ud800"', /lone surrogate/, 1],
  ['"\ud800\ue000"', /lone surrogate/, 1],
  ['"a\nb"', /control character/, 2],
  ['"a\u001fb"', /control character/, 2],
  ['"abc', /unexpected end in a string/, 4],
  ['"abc\\', /unexpected end in a string/, 4],
  ['"\\x"', /unknown escape/, 1],
  ['"\\u12g4"', /broken unicode escape/, 1],
  ['"\\u12', /broken unicode escape/, 1],
  ['01', /text after the end/, 1],
  ['-', /not a number/, 0],
  ['-a', /not a number/, 0],
  ['+1', /unexpected character/, 0],
  ['.5', /unexpected character/, 0],
  ['tru', /unexpected character/, 0],
  ['nul', /unexpected character/, 0],
  ['falsy', /unexpected character/, 0],
  ['NaN', /unexpected character/, 0],
  ['{a:1}', /expected a key/, 1],
  ['{"a":1,}', /expected a key/, 7],
  ['{"a" 1}', /expected a colon/, 5],
  ['{"a":1 "b":2}', /comma or the end of the object/, 7],
  ['{"a":1', /comma or the end of the object/, 6],
  ['{"a":', /unexpected end/, 5],
  ['{"a":]', /unexpected character/, 5],
  ['{', /expected a key/, 1],
  ['[1,]', /unexpected character/, 3],
  ['[1 2]', /comma or the end of the array/, 3],
  ['[1', /comma or the end of the array/, 2],
  ['[', /unexpected end/, 1],
  ['1 2', /text after the end/, 2],
  ['{} x', /text after the end/, 3],
  ['\ufeff{}', /unexpected character/, 0],
];

for (const [text, reason, position] of refused) {
  test(`refused at ${position}: ${JSON.stringify(text)}`, () => {
    const parsed = parseJson(text);
    assert.equal(parsed.ok, false);
    assert.match(parsed.ok ? '' : parsed.reason, reason);
    assert.equal(parsed.ok ? -1 : parsed.position, position);
  });
}

test('what JSON.parse reads in the same way', () => {
  const texts = [
    'null',
    ' true ',
    'false',
    '0',
    '-1',
    '9007199254740991',
    '-9007199254740991',
    '""',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"',
    '"\ud83d\ude00 \u2028 مجلس"',
    '[]',
    '[ ]',
    '{}',
    '{ }',
    '\t[1,\n2,\r{"a":[{}],"b":""}]',
    '{"10":1,"9":2,"constructor":3,"toString":4}',
  ];
  for (const text of texts) {
    assert.deepEqual(parseJson(text), { ok: true, value: JSON.parse(text) as unknown });
  }
});

test('__proto__ is an ordinary key', () => {
  const parsed = parseJson('{"__proto__":{"admin":true},"a":1}');
  assert.ok(parsed.ok);
  assert.deepEqual(Object.keys(parsed.value as object), ['__proto__', 'a']);
  assert.equal(Object.getPrototypeOf(parsed.value), Object.prototype);
  assert.equal((parsed.value as { admin?: boolean }).admin, undefined);
  assert.equal(canonicalJson(parsed.value), '{"__proto__":{"admin":true},"a":1}');
});

test('nesting up to the limit is read, one level more is refused', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  assert.equal(parseJson(nested(100)).ok, true);
  assert.deepEqual(parseJson(nested(101)), {
    ok: false,
    reason: 'nested deeper than 100 levels',
    position: 100,
  });
  assert.equal(parseJson(nested(200)).ok, false);
  assert.equal(parseJson('{"a":'.repeat(3) + '1' + '}'.repeat(3), { depth: 3 }).ok, true);
  assert.equal(parseJson('{"a":'.repeat(4) + '1' + '}'.repeat(4), { depth: 3 }).ok, false);
  assert.equal(parseJson('[[],[],[[]]]', { depth: 3 }).ok, true);
  assert.equal(parseJson('[{},{},{"a":{}}]', { depth: 3 }).ok, true);
  assert.equal(parseJson('['.repeat(1_000_000)).ok, false);
});

test('the loose reader takes floats and nothing else that is refused', () => {
  assert.deepEqual(parseLooseJson('[1.5,-0.25,1e3,2E-2,-0]'), {
    ok: true,
    value: [1.5, -0.25, 1000, 0.02, 0],
  });
  assert.deepEqual(parseLooseJson('[1e999]'), { ok: false, reason: 'number too large', position: 1 });
  for (const text of ['{"a":1,"a":2}', '"\\ud800"', '9007199254740992', '[1.]', '[1e]']) {
    assert.equal(parseLooseJson(text).ok, false, text);
  }
});

test('property: what is written canonically is read as it was', () => {
  fc.assert(
    fc.property(jsonValues(), (value) => {
      const text = canonicalJson(value);
      const parsed = parseJson(text);
      assert.ok(parsed.ok);
      assert.equal(canonicalJson(parsed.value), text);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: runs(300) },
  );
});

test('property: it refuses or agrees with JSON.parse, and never throws', () => {
  const fragments = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '"a"',
    '"b":',
    '1',
    '-',
    '0',
    '.5',
    'e3',
    'true',
    'null',
    ' ',
    '\\',
    '\\u',
    'd8',
    '00',
    '\ud800',
    '\udc00',
  );
  fc.assert(
    fc.property(fc.array(fragments, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const parsed = parseJson(text);
      if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(text));
      else assert.ok(parsed.position >= 0 && parsed.position <= text.length);
    }),
    { numRuns: runs(2000) },
  );
});

/** Values of canonical JSON: integers, well-formed strings, odd keys. */
function jsonValues(): fc.Arbitrary<null> {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 });
  const keys = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '1', '10', '\uff61', '\u{1f600}'));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      text,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  return value as fc.Arbitrary<null>;
}
