import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '@preact/signals';
import { MatrixError } from '../matrix/door.ts';
import { tellFaults, toasts } from './toasts.ts';

test('what breaks by itself is told each time', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const fault = signal<MatrixError | undefined>(undefined);
  tellFaults(fault);
  assert.deepEqual(toasts.value, []);
  fault.value = new MatrixError('storage', 'The quota has been exceeded.');
  fault.value = new MatrixError('server', 'No.', { status: 403, errcode: 'M_FORBIDDEN' });
  assert.deepEqual(
    toasts.value.map(({ failed }) => failed),
    [true, true],
  );
  t.mock.timers.tick(5000);
  assert.deepEqual(toasts.value, []);
});
