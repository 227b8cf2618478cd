import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Younger than Chrome 89, Firefox 84 and Safari 15; the build translates syntax, not methods. */
const tooYoung =
  /\.at\(|\.findLast(Index)?\(|\.to(Sorted|Reversed|Spliced)\(|Object\.(hasOwn|groupBy)\(|structuredClone\(|crypto\.randomUUID\(|AbortSignal\.(any|timeout)\(|withResolvers\(/;

test('screens use nothing that the oldest browsers lack', () => {
  const source = new URL('../', import.meta.url);
  const found = ['models', 'platform', 'screens', 'ui', 'words'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, source), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'))
      .filter((name) => tooYoung.test(readFileSync(new URL(`${folder}/${name}`, source), 'utf8')))
      .map((name) => `${folder}/${name}`),
  );
  assert.deepEqual(found, []);
});
