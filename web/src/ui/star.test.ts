import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { hashText, initialOf, pigments, starOf } from './avatar-hash.ts';
import {
  avatarForms,
  avatarPaths,
  markPetals,
  petal,
  polygon,
  ringPetals,
  starOutline,
} from './star-geometry.ts';
import { mirroredIcons, iconPaths } from './icon-paths.ts';
import { placeBeside } from './place.ts';
import { reactionIcon } from './reaction-keys.ts';

test('the same id always has the same star, within the drawn pigments, forms and turns', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      const star = starOf(id);
      assert.deepEqual(star, starOf(id));
      assert.ok(pigments.includes(star.pigment));
      assert.ok(star.form >= 0 && star.form < avatarForms);
      assert.ok(star.turn === 0 || star.turn === 22.5);
    }),
  );
});

test('a thousand ids spread over all 96 stars', () => {
  const seen = new Set<string>();
  for (let index = 0; index < 1000; index += 1) {
    const star = starOf(`@user${index}:example.org`);
    seen.add(`${star.pigment.name} ${star.form} ${star.turn}`);
  }
  assert.equal(seen.size, 96);
});

test('ids that differ in one letter differ in their hash', () => {
  assert.notEqual(hashText('@a:b'), hashText('@b:b'));
  assert.equal(hashText(''), hashText(''));
});

test('the initial skips signs, digits and the Arabic article', () => {
  assert.equal(initialOf('salma'), 'S');
  assert.equal(initialOf('@karim'), 'K');
  assert.equal(initialOf('سلمى الحدّاد'), 'س');
  assert.equal(initialOf('السجل المدني'), 'س');
  assert.equal(initialOf('أبو كريم النجّار'), 'ك');
  assert.equal(initialOf('هدى'), 'هـ');
  assert.equal(initialOf('Нигора'), 'Н');
  assert.equal(initialOf('123'), '');
  assert.equal(initialOf(''), '');
});

test('geometry starts at the top and goes clockwise', () => {
  assert.equal(
    polygon([
      [1, 0],
      [1, 90],
      [1, 180],
    ]),
    'M0 -24L24 0L0 24Z',
  );
  assert.equal(starOutline(1, 0.5).split('L').length, 16);
  assert.equal(petal(1, 0.5, 0.2, 0.3).length, 4);
  assert.equal(markPetals.length, 8);
  assert.ok(markPetals[0]?.startsWith('M0 -24'));
});

test('the voice ring lights from the bottom and ends at the top', () => {
  assert.equal(ringPetals.length, 16);
  assert.match(ringPetals[0] ?? '', /^M0 34/);
  assert.match(ringPetals[15] ?? '', /^M0 -34/);
});

test('every form draws, with and without a letter', () => {
  for (let form = 0; form < avatarForms; form += 1) {
    for (const plain of [true, false]) {
      for (const path of avatarPaths(form, 22.5, plain)) {
        assert.match(path, /^M[-\d.\s LMZ]+Z$/);
        assert.doesNotMatch(path, /NaN/);
      }
    }
  }
});

test('only icons of the set are mirrored, and none that must not be', () => {
  for (const name of mirroredIcons) assert.ok(name in iconPaths, name);
  for (const name of ['clock', 'play', 'microphone', 'camera', 'hang-up', 'search', 'key', 'code', 'check']) {
    assert.ok(!mirroredIcons.has(name), name);
  }
});

test('a menu stays on the screen on both sides', () => {
  const view = { width: 400, height: 600 };
  const panel = { width: 200, height: 180 };
  const atEnd = { top: 500, bottom: 540, left: 350, right: 390 };
  assert.deepEqual(placeBeside(atEnd, panel, view, false), { top: 316, left: 190 });
  assert.deepEqual(placeBeside(atEnd, panel, view, true), { top: 316, left: 192 });
  const atStart = { top: 10, bottom: 50, left: 4, right: 44 };
  assert.deepEqual(placeBeside(atStart, panel, view, false), { top: 54, left: 8 });
});

test('reactions with and without a variation selector show the same drawn glyph', () => {
  assert.equal(reactionIcon('👍'), 'thumb');
  assert.equal(reactionIcon('👍️'), 'thumb');
  assert.equal(reactionIcon('❤'), 'heart');
  assert.equal(reactionIcon('🎂'), undefined);
});
