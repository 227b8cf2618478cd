import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../json/value.ts';
import { serverAllowedByAcl } from './server-acl.ts';

test('server ACLs', () => {
  const open = { allow: ['*'], deny: ['evil.example', '*.evil.example', '1.2.3.*'], allow_ip_literals: true };
  const cases: Array<[server: string, acl: JsonObject | undefined, allowed: boolean]> = [
    ['a.example', undefined, true],
    ['a.example', {}, false],
    ['a.example', open, true],
    ['evil.example', open, false],
    ['EVIL.example', open, false],
    ['evil.example:8448', open, false],
    ['x.evil.example', open, false],
    ['notevil.example', open, true],
    ['1.2.3.4', open, false],
    ['1.2.4.4:80', open, true],
    ['[::1]', open, true],
    ['1.2.4.4', { ...open, allow_ip_literals: false }, false],
    ['1.2.4.4:80', { ...open, allow_ip_literals: false }, false],
    ['[::1]:80', { ...open, allow_ip_literals: false }, false],
    ['a.example', { ...open, allow_ip_literals: false }, true],
    ['1.2.4.4', { ...open, allow_ip_literals: 'false' }, true],
    ['[::1]:80', { allow: ['[::1]'] }, true],
    ['a.example', { allow: ['b.example'] }, false],
    ['a1.example', { allow: ['a?.example'] }, true],
    ['a.example', { allow: ['*'], deny: [7, null, {}] }, true],
    ['a.example', { allow: 'a.example' }, false],
    ['a.example', { allow: ['*'], deny: 'a.example' }, true],
  ];
  for (const [server, acl, allowed] of cases) {
    assert.equal(serverAllowedByAcl(server, acl), allowed, `${server} by ${JSON.stringify(acl)}`);
  }
});
