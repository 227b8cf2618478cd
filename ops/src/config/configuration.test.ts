import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Problem } from '../problem.ts';
import { isLoopback, loadConfiguration } from './configuration.ts';
import { configurationReference } from './reference.ts';

/** Loads with a configuration file of the given content. */
function withFile(
  content: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): ReturnType<typeof loadConfiguration> {
  const folder = mkdtempSync(join(tmpdir(), 'majlis-config-'));
  try {
    const file = join(folder, 'majlis.json');
    writeFileSync(file, content);
    return loadConfiguration({ args: ['--config', file, ...args], env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refuses(action: () => unknown, sentence: RegExp): void {
  assert.throws(
    action,
    (error) =>
      error instanceof Problem && error.exitCode === 2 && sentence.test(error.message) && error.cure !== '',
  );
}

describe('configuration', () => {
  it('has the documented defaults', () => {
    const { server, database, accounts, meetings } = loadConfiguration({ args: [], env: {} });
    assert.equal(server.port, 8008);
    assert.equal(server.host, '127.0.0.1');
    assert.equal(server.data, './data');
    assert.equal(server['server-name'], undefined);
    assert.equal(server.profile, undefined);
    assert.equal(database['database-url'], undefined);
    assert.equal(accounts.registration, undefined);
    assert.equal(meetings.meetings, undefined);
  });

  it('lets the command line win over the environment, and that over the file', () => {
    const file = '{ "port": 1001, "log-level": "debug", "upload-limit": "1M", "meetings": true }';
    const configuration = withFile(file, ['--port=1003'], { MAJLIS_PORT: '1002', MAJLIS_LOG_LEVEL: 'error' });
    assert.equal(configuration.server.port, 1003);
    assert.equal(configuration.server['log-level'], 'error');
    assert.equal(configuration.media['upload-limit'], 1024 * 1024);
    assert.equal(configuration.meetings.meetings, true);
  });

  it('knows DATABASE_URL, and MAJLIS_DATABASE_URL before it', () => {
    const url = 'postgres://a@b/c';
    assert.equal(loadConfiguration({ args: [], env: { DATABASE_URL: url } }).database['database-url'], url);
    const both = { DATABASE_URL: url, MAJLIS_DATABASE_URL: 'postgres://d' };
    assert.equal(loadConfiguration({ args: [], env: both }).database['database-url'], 'postgres://d');
  });

  it('reads yes and no on the command line without a value', () => {
    assert.equal(loadConfiguration({ args: ['--meetings', '--port', '1'], env: {} }).meetings.meetings, true);
    assert.equal(loadConfiguration({ args: ['--no-meetings'], env: {} }).meetings.meetings, false);
  });

  it('refuses what it does not know, and says what was meant', () => {
    refuses(() => loadConfiguration({ args: ['--prt', '1'], env: {} }), /no option --prt/);
    refuses(() => loadConfiguration({ args: ['--server'], env: {} }), /Did you mean --server-name/);
    refuses(() => loadConfiguration({ args: ['here'], env: {} }), /"here" is not an option/);
    refuses(() => loadConfiguration({ args: ['--port'], env: {} }), /--port needs a value/);
    refuses(() => loadConfiguration({ args: [], env: { MAJLIS_PROT: '1' } }), /MAJLIS_PROT/);
    refuses(() => withFile('{ "prot": 1 }'), /"prot"/);
    refuses(() => withFile('{ "port": [1] }'), /port in .* must be/);
    refuses(() => withFile('{'), /cannot be read/);
    refuses(() => withFile('[]'), /not a JSON object/);
  });

  it('refuses values outside their limits, and never prints a secret', () => {
    refuses(
      () => loadConfiguration({ args: ['--port', '70000'], env: {} }),
      /--port cannot be "70000": it takes a whole number, 0 to 65535/,
    );
    refuses(() => loadConfiguration({ args: ['--profile', 'prod'], env: {} }), /one of demo, open/);
    refuses(() => loadConfiguration({ args: ['--turn-domain', 'turn'], env: {} }), /a host name with a dot/);
    refuses(() => loadConfiguration({ args: ['--upload-limit', '1T'], env: {} }), /it takes/);
    refuses(() => loadConfiguration({ args: ['--server-name', 'a b'], env: {} }), /host name/);
    assert.throws(
      () => loadConfiguration({ args: [], env: { DATABASE_URL: 'mysql://root:hunter2@x' } }),
      (error) => error instanceof Problem && !error.message.includes('hunter2'),
    );
  });

  it('takes an accent that can be read, and names another for one that cannot', () => {
    const accent = (given: string): unknown =>
      loadConfiguration({ args: ['--accent', given], env: {} }).appearance.accent;
    assert.equal(loadConfiguration({ args: [], env: {} }).appearance.accent, '#0E6B5C');
    assert.equal(accent('#1e5aa8'), '#1E5AA8');
    for (const given of ['blue', '#12345', '#1234567', '#12345G', '1E5AA8'])
      refuses(() => accent(given), /--accent cannot be ".*": it takes a colour such as #0E6B5C\.$/);
    refuses(
      () => accent('#FFFF00'),
      /--accent cannot be "#FFFF00": it takes a darker colour, such as #[\dA-F]{6}: .* 4\.5 is the least\.$/,
    );
    refuses(() => withFile('{ "accent": "#FFFFFF" }'), /accent in .* cannot be "#FFFFFF"/);
  });

  it('refuses demo and open on anything but loopback', () => {
    for (const profile of ['demo', 'open']) {
      for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org', '128.0.0.1']) {
        refuses(
          () => loadConfiguration({ args: ['--profile', profile, '--host', host], env: {} }),
          /refuses to listen on/,
        );
      }
      for (const host of ['127.0.0.1', '127.8.8.8', '::1']) {
        assert.equal(
          loadConfiguration({ args: ['--profile', profile, '--host', host], env: {} }).server.host,
          host,
        );
      }
    }
    assert.equal(isLoopback('0:0:0:0:0:0:0:1'), true);
    assert.equal(isLoopback('::ffff:8.8.8.8'), false);
  });

  it('refuses settings that need one another', () => {
    refuses(() => loadConfiguration({ args: ['--media-store', 's3'], env: {} }), /needs s3-endpoint/);
    refuses(() => loadConfiguration({ args: ['--livekit-url', 'ws://x'], env: {} }), /needs livekit-key/);
  });

  it('keeps docs/configuration.md fresh', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');
    assert.equal(
      page,
      configurationReference(),
      'run: npm run majlis -- config reference > docs/configuration.md',
    );
  });
});
