import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64, encodeBase64, encodeBase64Url } from './base64.ts';
import { fitsUtf8, utf8Length } from './utf8.ts';

test('base64 as Node writes it, without padding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.equal(encodeBase64(bytes), buffer.toString('base64').replaceAll('=', ''));
      assert.equal(encodeBase64Url(bytes), buffer.toString('base64url'));
      for (const text of [buffer.toString('base64'), buffer.toString('base64url'), encodeBase64(bytes)]) {
        assert.deepEqual(decodeBase64(text), new Uint8Array(bytes));
      }
    }),
  );
});

test('what is no base64 is not decoded', () => {
  for (const text of [
    'a',
    'abcde',
    'ab c',
    'ab\n',
    'é',
    '====',
    'a===',
    'abc==',
    'ab=',
    '=ab',
    'a=bc',
    'abcd=',
    '\u0141bcd',
  ]) {
    assert.equal(decodeBase64(text), undefined, text);
  }
  assert.deepEqual(decodeBase64(''), new Uint8Array());
  assert.deepEqual(decodeBase64('Zg'), new Uint8Array([0x66]));
  assert.deepEqual(decodeBase64('Zg=='), new Uint8Array([0x66]));
  assert.deepEqual(decodeBase64('Zm8='), new Uint8Array([0x66, 0x6f]));
});

test('the length in UTF-8 as Node counts it', () => {
  assert.equal(utf8Length('aé€\u{1f600}'), 1 + 2 + 3 + 4);
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '\ud800', '\udc00', '\ud800a'),
      (text, odd) => {
        assert.equal(utf8Length(text + odd), Buffer.byteLength(text + odd));
        assert.equal(utf8Length(odd + text), Buffer.byteLength(odd + text));
      },
    ),
  );
});

test('whether a text fits is what its length says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), fc.nat({ max: 40 }), (text, bytes) => {
      assert.equal(fitsUtf8(text, bytes), Buffer.byteLength(text) <= bytes);
    }),
  );
});
