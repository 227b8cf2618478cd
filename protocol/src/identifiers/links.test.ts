import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matrixToLink, matrixUri, parseMatrixLink, type MatrixLink } from './links.ts';

const read: Array<[uri: string, link: MatrixLink]> = [
  [
    'https://matrix.to/#/%23somewhere%3Aexample.org',
    { kind: 'room', room: '#somewhere:example.org', via: [] },
  ],
  ['https://matrix.to/#/#somewhere:example.org', { kind: 'room', room: '#somewhere:example.org', via: [] }],
  ['http://MATRIX.to/#/@a:b', { kind: 'user', userId: '@a:b' }],
  [
    'https://matrix.to/#/!somewhere%3Aexample.org/%24event%3Aexample.org?via=elsewhere.ca&via=other.example:80',
    {
      kind: 'room',
      room: '!somewhere:example.org',
      eventId: '$event:example.org',
      via: ['elsewhere.ca', 'other.example:80'],
    },
  ],
  ['https://matrix.to/#/!a:b?via=not a server&via=ok', { kind: 'room', room: '!a:b', via: ['ok'] }],
  ['matrix:r/somewhere:example.org', { kind: 'room', room: '#somewhere:example.org', via: [] }],
  ['matrix:room/a:b', { kind: 'room', room: '#a:b', via: [] }],
  ['MATRIX:u/a:b?action=chat', { kind: 'user', userId: '@a:b', action: 'chat' }],
  ['matrix:user/a:b#fragment', { kind: 'user', userId: '@a:b' }],
  [
    'matrix:roomid/rid:example.org/event/lol823y4bcp3qo4?via=example2.org&action=join',
    {
      kind: 'room',
      room: '!rid:example.org',
      eventId: '$lol823y4bcp3qo4',
      via: ['example2.org'],
      action: 'join',
    },
  ],
  ['matrix:roomid/abc/e/def', { kind: 'room', room: '!abc', eventId: '$def', via: [] }],
];

for (const [uri, link] of read) {
  test(`reads ${uri}`, () => assert.deepEqual(parseMatrixLink(uri), link));
}

const unread = [
  'https://example.org/#/@a:b',
  'https://matrix.to/@a:b',
  'https://matrix.to/#/',
  'https://matrix.to/#/a:b',
  'https://matrix.to/#/%zz',
  'https://matrix.to/#/@a:b/$event',
  'https://matrix.to/#/!a:b/event',
  'https://matrix.to/#/!a:b/%zz',
  'https://matrix.to/#/!a:b/$c/more',
  'matrix:',
  'matrix:u',
  'matrix:u/',
  'matrix:x/a:b',
  'matrix:constructor/a:b',
  'matrix://authority/u/a:b',
  'matrix:r/a:b/x/c',
  'matrix:r/a:b/e',
  'matrix:r/a:b/e/c/d',
  'matrix:u/a:b/e/c',
  'matrix:r/%zz',
  'mailto:a@b',
  `matrix:r/${'a'.repeat(5000)}:b`,
];

for (const uri of unread) {
  test(`does not read ${uri.slice(0, 60)}`, () => assert.equal(parseMatrixLink(uri), undefined));
}

test('at most 32 servers are taken from a link', () => {
  const link = parseMatrixLink(`matrix:roomid/a:b?${'via=c&'.repeat(40)}`);
  assert.equal(link?.kind === 'room' ? link.via.length : 0, 32);
});

test('property: both forms are read as they were written', () => {
  const server = fc.constantFrom('a.example', 'b.example:8448', '[::1]:80');
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((name) => !name.includes(':') && !name.includes('\u0000'));
  const user = fc
    .tuple(text, server)
    .map(([name, host]): MatrixLink => ({ kind: 'user', userId: `@${name}:${host}` }));
  const room = fc
    .record({
      sigil: fc.constantFrom('!', '#'),
      name: text,
      host: server,
      event: fc.option(text),
      via: fc.array(server),
    })
    .map(({ sigil, name, host, event, via }): MatrixLink => {
      const link = { kind: 'room' as const, room: `${sigil}${name}:${host}`, via };
      return event === null ? link : { ...link, eventId: `$${event}` };
    });
  fc.assert(
    fc.property(fc.oneof(user, room), (link) => {
      assert.deepEqual(parseMatrixLink(matrixToLink(link)), link);
      assert.deepEqual(parseMatrixLink(matrixUri(link)), link);
      assert.deepEqual(parseMatrixLink(matrixUri({ ...link, action: 'join' })), { ...link, action: 'join' });
    }),
  );
});
