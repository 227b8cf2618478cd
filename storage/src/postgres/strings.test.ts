import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Queryable } from './database.ts';
import { Strings } from './strings.ts';

it('keeps what is in use while very many others come', async () => {
  const table = new Map<string, number>();
  const database = {
    async query(text: string, [values]: [string[]]) {
      if (text.startsWith('insert')) for (const value of values) table.set(value, table.size + 1);
      return values.map((value) => ({ value, nid: table.get(value) }));
    },
  } as unknown as Queryable;
  const strings = new Strings(database);
  const kept = await strings.number('kept');
  for (let round = 0; round < 80; round += 1) {
    const others = Array.from({ length: 5_000 }, (_, index) => `${round} ${index}`);
    await Promise.all([strings.intern(['kept']), strings.intern(others)]);
    assert.equal(strings.cachedOrThrow('kept'), kept);
    for (const other of others) strings.cachedOrThrow(other);
  }
});
