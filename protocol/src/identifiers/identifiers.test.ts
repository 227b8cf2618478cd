import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isEventId,
  isLocalpart,
  isRoomAlias,
  isRoomId,
  isRoomVersionId,
  isServerName,
  isUserId,
  localpartOf,
  parseServerName,
  serverNameOf,
} from './identifiers.ts';
import { parseMxc } from './mxc.ts';

function check(is: (text: unknown) => boolean, good: unknown[], bad: unknown[]): void {
  for (const text of good) assert.equal(is(text), true, `${String(text)} should be one`);
  for (const text of bad) assert.equal(is(text), false, `${String(text)} should be none`);
}

const long = (prefix: string, suffix: string, bytes: number): string =>
  prefix + 'x'.repeat(bytes - prefix.length - suffix.length) + suffix;

test('server names', () => {
  check(
    isServerName,
    [
      'matrix.org',
      'matrix.org:8888',
      '1.2.3.4',
      '1.2.3.4:1234',
      '[1234:5678::abcd]',
      '[::1]:5678',
      'A-b.C',
      'a:1',
    ],
    [
      '',
      'a b',
      'a:',
      'a:123456',
      'a:b',
      '[::1',
      '::1',
      '[::g]',
      'é.fr',
      'a/b',
      'a_b',
      ' a',
      'a\n',
      5,
      null,
      'a'.repeat(256),
    ],
  );
});

test('server names come apart', () => {
  assert.deepEqual(parseServerName('a.example:8448'), { host: 'a.example', kind: 'dns', port: 8448 });
  assert.deepEqual(parseServerName('a.example'), { host: 'a.example', kind: 'dns' });
  assert.deepEqual(parseServerName('1.2.3.255'), { host: '1.2.3.255', kind: 'ipv4' });
  assert.deepEqual(parseServerName('1.2.3.256'), { host: '1.2.3.256', kind: 'dns' });
  assert.deepEqual(parseServerName('1.2.3.4.5'), { host: '1.2.3.4.5', kind: 'dns' });
  assert.deepEqual(parseServerName('[::1]:65535'), { host: '::1', kind: 'ipv6', port: 65535 });
  assert.equal(parseServerName('a.example:65536'), undefined);
  assert.equal(parseServerName('a b'), undefined);
});

test('user ids, historical ones too', () => {
  check(
    isUserId,
    [
      '@alice:a.example',
      '@Älice!:a.example',
      '@:a.example',
      '@a b:a.example:80',
      '@مجلس:[::1]',
      long('@', ':a.example', 255),
    ],
    [
      'alice:a.example',
      '@alice',
      '@alice:',
      '@a:b c',
      '@a\u0000:b',
      '@\ud800:b',
      long('@', ':a.example', 256),
      `@${'é'.repeat(124)}:a.example`,
      7,
      undefined,
    ],
  );
  assert.equal(serverNameOf('@a:b:80'), 'b:80');
  assert.equal(serverNameOf('$abc'), undefined);
  assert.equal(localpartOf('@a:b:80'), 'a');
  assert.equal(localpartOf('@a'), 'a');
});

test('new local parts', () => {
  check(
    (text) => isLocalpart(text as string),
    ['alice', 'a-z_0=9./+', '1', 'x'.repeat(255)],
    ['', 'Alice', 'a b', 'é', 'a:b', 'x'.repeat(256), 'a\n'],
  );
});

test('room ids, event ids, aliases, versions', () => {
  check(
    isRoomId,
    ['!a:b.example', '!opaque text:b', '!lKc1vTZzZTPWuJZTXkfLVPKrVuI4WjVJVbEJVYYjJ3M', long('!', ':b', 255)],
    ['!', '!:b', '#a:b', '!a:', '!a:b c', '!a\u0000:b', long('!', ':b', 256), null],
  );
  check(
    isEventId,
    ['$abc', '$a:b.example', '$143273582443PhrSn:example.org'],
    ['$', 'abc', '$a:', `$${'a'.repeat(255)}`, {}],
  );
  check(
    isRoomAlias,
    ['#a:b', '#a b:c:80', '#مجلس:b'],
    ['#a', '#:b', '#a:', '!a:b', '#a\u0000:b', long('#', ':b', 256), []],
  );
  check(
    isRoomVersionId,
    ['1', '12', 'org.matrix.hydra.11', 'x'.repeat(32)],
    ['', 'A', '1_2', 'x'.repeat(33), 1],
  );
});

test('mxc addresses', () => {
  assert.deepEqual(parseMxc('mxc://a.example:80/AZaz09_-'), {
    serverName: 'a.example:80',
    mediaId: 'AZaz09_-',
  });
  assert.deepEqual(parseMxc('mxc://[::1]/a'), { serverName: '[::1]', mediaId: 'a' });
  for (const uri of [
    'mxc://a',
    'mxc://a/',
    'mxc:///a',
    'https://a/b',
    'mxc://a/b/c',
    'mxc://a/../b',
    'mxc://a/b%2f',
    'mxc://a b/c',
    `mxc://a/${'x'.repeat(256)}`,
    `mxc://a/${'x'.repeat(2000)}`,
  ]) {
    assert.equal(parseMxc(uri), undefined, uri);
  }
});
