import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { paths, routeOf } from './paths.ts';

test('every path of the app leads to its route', () => {
  assert.deepEqual(routeOf(paths.chats), { at: 'chats' });
  assert.deepEqual(routeOf('/chats/'), { at: 'chats' });
  assert.deepEqual(routeOf(paths.new), { at: 'new' });
  assert.deepEqual(routeOf(paths.newGroup), { at: 'newGroup' });
  assert.deepEqual(routeOf(paths.ignored), { at: 'ignored' });
  assert.deepEqual(routeOf(paths.recovery), { at: 'recovery' });
  assert.deepEqual(routeOf(paths.signIn), { at: 'signIn' });
});

test('any room id survives the way to an address and back', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (id) => {
      assert.deepEqual(routeOf(paths.room(id)), { at: 'room', roomId: id });
      assert.deepEqual(routeOf(paths.details(id)), { at: 'details', roomId: id });
      assert.deepEqual(routeOf(paths.files(id)), { at: 'files', roomId: id });
      assert.deepEqual(routeOf(paths.meeting(id)), { at: 'meeting', roomId: id });
      assert.deepEqual(routeOf(paths.link(id)), { at: 'link', token: id });
    }),
  );
});

test('what is no address of the app is nowhere', () => {
  for (const path of ['/nothing', '/chats/a/b', '/chats/%zz', '/you/other', '/constructor', '//']) {
    assert.equal(routeOf(path).at, 'nowhere', path);
  }
});
