import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calm, shareOfLink } from './traffic-meter.ts';

test('the fuller direction of the link counts, and never more than all of it', () => {
  assert.equal(shareOfLink({ sent: 60, received: 900, canSend: 240 }), 0.25);
  assert.equal(shareOfLink({ sent: 60, received: 900, canSend: 240, canReceive: 1000 }), 0.9);
  assert.equal(shareOfLink({ sent: 0, received: 30, canReceive: 300 }), 0.1);
  assert.equal(shareOfLink({ sent: 500, received: 0, canSend: 400 }), 1);
});

test('where the browser has measured nothing there is no share', () => {
  assert.equal(shareOfLink({ sent: 60, received: 900 }), undefined);
  assert.equal(shareOfLink({ sent: 60, received: 900, canSend: 0, canReceive: 0 }), undefined);
});

test('the line follows what is measured without haste, and goes when nothing is measured', () => {
  assert.equal(calm(undefined, 1), 1);
  assert.equal(calm(0.5, 1), 0.625);
  assert.equal(calm(0.5, 0), 0.375);
  assert.equal(calm(0.4, undefined), undefined);
});
