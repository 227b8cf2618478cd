import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { codeOnly, importsOf, sourceOf } from './source.ts';
import { tidy } from './tidy.ts';

/** Lays out a small repository and returns the messages of tidy about it. */
function messagesFor(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'majlis-tidy-'));
  try {
    const manifests = {
      'package.json': '{"devDependencies":{"fast-check":"1"}}',
      'protocol/package.json': '{}',
      'storage/package.json': '{"dependencies":{"pg":"1"}}',
      'homeserver/package.json': '{"dependencies":{"sharp":"1"}}',
    };
    for (const [path, text] of Object.entries({ ...manifests, ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return tidy(root).findings.map(({ path, line, message }) => `${path}:${line}: ${message}`);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Asserts that exactly one rule is broken, and which. */
function assertOne(files: Readonly<Record<string, string>>, expected: RegExp): void {
  const messages = messagesFor(files);
  assert.equal(messages.length, 1, messages.join('\n') || 'nothing found');
  assert.match(messages[0] ?? '', expected);
}

function assertClean(files: Readonly<Record<string, string>>): void {
  assert.deepEqual(messagesFor(files), []);
}

describe('tidy: import table', () => {
  it('lets rooms open the doors the table grants', () => {
    assertClean({
      'homeserver/src/a.ts': `import { x } from '@majlis/storage';\nimport type { y } from '@majlis/protocol';\n`,
      'ops/src/a.ts': `import { x } from '@majlis/storage/postgres';\n`,
      'tests/a.test.ts': `import { x } from '@majlis/ops/dev';\n`,
    });
  });

  it('refuses a wrong neighbour, even for a type', () => {
    assertOne(
      { 'homeserver/src/a.ts': `import type { x } from '@majlis/meetings';\n` },
      /a\.ts:1: imports @majlis\/meetings/,
    );
    assertOne({ 'protocol/src/a.ts': `export * from '@majlis/storage';\n` }, /may open no other room/);
    assertOne(
      { 'web/src/a.tsx': `const x = await import('@majlis/homeserver');\n` },
      /imports @majlis\/homeserver/,
    );
  });

  it('refuses the wrong door of a right neighbour', () => {
    assertOne(
      { 'homeserver/src/a.ts': `\nimport { x } from '@majlis/storage/postgres';\n` },
      /a\.ts:2: .*storage\/postgres/,
    );
    assertOne({ 'tests/a.test.ts': `import { x } from '@majlis/storage';\n` }, /imports @majlis\/storage/);
  });

  it('refuses a relative path out of the room', () => {
    assertOne(
      { 'homeserver/src/a.ts': `import { x } from '../../storage/src/index.ts';\n` },
      /leaves the room homeserver/,
    );
  });

  it('keeps PostgreSQL inside storage/src/postgres', () => {
    assertClean({
      'storage/src/postgres/a.ts': `import pg from 'pg';\n`,
      'storage/src/postgres.ts': `export { x } from './postgres/a.ts';\n`,
    });
    assertOne({ 'storage/src/contracts/a.ts': `import pg from 'pg';\n` }, /all SQL lives in storage/);
    assertOne(
      {
        'storage/src/contracts/a.ts': `import { x } from '../postgres/b.ts';\n`,
        'storage/src/postgres/b.ts': '',
      },
      /do not know PostgreSQL/,
    );
  });

  it('wants packages declared by the room that imports them', () => {
    assertClean({
      'homeserver/src/a.ts': `import sharp from 'sharp';\n`,
      'homeserver/src/a.test.ts': `import fc from 'fast-check';\n`,
    });
    assertOne({ 'homeserver/src/a.ts': `import fc from 'fast-check';\n` }, /does not declare/);
    assertOne({ 'protocol/src/a.ts': `import { x } from 'node:fs';\n` }, /pure of Node/);
    assertOne({ 'homeserver/src/a.ts': `import { x } from 'fs';\n` }, /write node:fs/);
  });

  it('keeps what is for tests in tests', () => {
    assertClean({
      'protocol/src/testing/a.ts': `import { x } from 'node:crypto';\n`,
      'homeserver/src/a.test.ts': `import { x } from '@majlis/protocol/testing';\n`,
      'tests/a.ts': `import { x } from '@majlis/protocol/testing';\n`,
    });
    assertOne(
      { 'homeserver/src/a.ts': `import { x } from '@majlis/protocol/testing';\n` },
      /protocol\/testing/,
    );
    assertOne({ 'protocol/src/a.ts': `import { x } from './testing/b.ts';\n` }, /stays in tests/);
  });

  it('does not take comments and strings for imports', () => {
    assertClean({
      'protocol/src/a.ts': `// import { x } from '@majlis/storage';\nconst text = "import x from '@majlis/storage'";\n/* import '@majlis/ops' */\n`,
    });
  });
});

describe('tidy: cycles', () => {
  it('finds a ring of three and names it', () => {
    assertOne(
      {
        'storage/src/a.ts': `import { b } from './b.ts';\n`,
        'storage/src/b.ts': `export { c } from './c.ts';\n`,
        'storage/src/c.ts': `import { a } from './a.ts';\n`,
      },
      /import cycle: storage\/src\/a\.ts → storage\/src\/b\.ts → storage\/src\/c\.ts → storage\/src\/a\.ts/,
    );
  });

  it('finds a ring that only a type closes', () => {
    assertOne(
      {
        'storage/src/a.ts': `import { b } from './b.ts';\n`,
        'storage/src/b.ts': `import type { A } from './a.ts';\n`,
      },
      /import cycle: storage\/src\/a\.ts → storage\/src\/b\.ts → storage\/src\/a\.ts/,
    );
  });
});

describe('tidy: globals of server rooms', () => {
  const cases: [string, RegExp][] = [
    ['const t = Date.now();', /take a clock/],
    ['const t = new Date();', /without argument/],
    ['const t = new Date;', /without argument/],
    ['const t = performance.now();', /take a clock/],
    ['const t = process.hrtime.bigint();', /take a clock/],
    ['const t = Math.random();', /take random/],
    ["import { randomBytes } from 'node:crypto';", /take random/],
    ['const t = crypto.getRandomValues(new Uint8Array(4));', /take random/],
    ["const t = await fetch('http://a.example');", /global fetch/],
    ["const t = `${await fetch('x')}`;", /global fetch/],
    ['const t = process.env;', /belong to ops/],
  ];
  for (const [code, expected] of cases) {
    it(`bans ${code}`, () => assertOne({ 'homeserver/src/a.ts': `\n${code}\n` }, expected));
  }

  it('lets tests, ops and handed-in parts through', () => {
    assertClean({
      'homeserver/src/a.test.ts': 'const t = Date.now();\n',
      'ops/src/a.ts': 'const t = Date.now();\n',
      'homeserver/src/b.ts':
        'const t = new Date(clock.now());\nconst u = await parts.fetch(url);\n// Date.now() is banned\n',
      'homeserver/src/c.ts': 'export function ask({ fetch, url }: Parts) {\n  return fetch(url);\n}\n',
    });
  });
});

describe('tidy: names and styles', () => {
  it('refuses folders that are drawers', () => {
    for (const name of ['utils', 'common', 'helpers', 'shared', 'misc', 'lib', 'core']) {
      assertOne({ [`web/src/${name}/a.ts`]: '' }, new RegExp(`web/src/${name}:1: the name ${name}`));
    }
  });

  it('refuses left and right in the styles of the web room', () => {
    assertOne({ 'web/src/a.css': '.a {\n  margin-left: 1px;\n}\n' }, /a\.css:2: margin-left/);
    assertOne({ 'web/src/a.css': '.a { text-align: right; }\n' }, /logical property/);
    assertOne({ 'web/src/a.css': '.a { left: 0; }\n' }, /logical property/);
    assertOne({ 'web/src/a.css': '.a { border-top-left-radius: 0; }\n' }, /logical property/);
    assertOne({ 'web/src/a.tsx': 'const a = <p style={{ marginLeft: 1 }} />;\n' }, /logical property/);
    assertClean({
      'web/src/a.css':
        '/* left: 0 */\n.a { margin-inline-start: 1px; }\n.b { left: 0; } /* physical: follows the pointer */\n',
    });
  });
});

describe('tidy: reading source', () => {
  it('blanks strings, templates, comments and regular expressions, and keeps offsets', () => {
    const text = "const a = 'x' + `y ${b + `z`} w` / 2; // c\nconst r = /[/'\"]\\//.test(a);\n";
    const code = codeOnly(text);
    assert.equal(code.length, text.length);
    assert.doesNotMatch(code, /[xyzw]|\bc$|'"/m);
    assert.match(code, /\$\{b \+/);
    assert.match(code, /\.test\(a\)/);
  });

  it('finds imports that span lines and keeps their line', () => {
    const found = importsOf(
      sourceOf(
        'ops/src/a.ts',
        `import {\n  type A,\n  b,\n} from './b.ts';\nimport './c.ts';\nexport type { D } from './d.ts';\n`,
      ),
    );
    assert.deepEqual(found, [
      { specifier: './b.ts', typeOnly: false, line: 4 },
      { specifier: './c.ts', typeOnly: false, line: 5 },
      { specifier: './d.ts', typeOnly: true, line: 6 },
    ]);
  });
});
