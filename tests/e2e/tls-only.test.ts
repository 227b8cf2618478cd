import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import type { Browser } from 'playwright-core';
import { startMajlis } from '@majlis/ops/dev';
import type { TestServer } from '@majlis/ops/dev';
import { enterMeeting, launch } from './browser.ts';
import type { Person } from './browser.ts';
import { hearsAndSees, readyToMeet } from './media.ts';

/** A TCP port that nobody uses now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** From now on this browser's media pass only through TURN over TLS, as behind a firewall that knows nothing but the web. */
async function onlyTls(person: Person, port: number): Promise<void> {
  await person.context.addInitScript((turnPort) => {
    const narrow = (configuration: RTCConfiguration = {}): RTCConfiguration => ({
      ...configuration,
      iceTransportPolicy: 'relay',
      iceServers: (configuration.iceServers ?? []).flatMap((server) => {
        // LiveKit names the port that operators are to forward, 443.
        const urls = [server.urls]
          .flat()
          .filter((url) => url.startsWith('turns:'))
          .map((url) => url.replace(':443', `:${turnPort}`));
        return urls.length === 0 ? [] : [{ ...server, urls }];
      }),
    });
    const Original = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(narrow(configuration));
      }
      override setConfiguration(configuration?: RTCConfiguration): void {
        super.setConfiguration(narrow(configuration));
      }
    };
  }, port);
}

/** Over which kinds of relay the connections of the page run. */
function relays({ page }: Person): Promise<string[]> {
  return page.evaluate(async () => {
    const { watchedPeers } = globalThis as unknown as { watchedPeers: RTCPeerConnection[] };
    const found = new Set<string>();
    for (const peer of watchedPeers) {
      if (peer.connectionState !== 'connected') continue;
      const entries = [...(await peer.getStats()).values()] as Record<string, unknown>[];
      for (const pair of entries) {
        if (pair['type'] !== 'candidate-pair' || pair['state'] !== 'succeeded') continue;
        const local = entries.find((entry) => entry['id'] === pair['localCandidateId']);
        found.add(`${String(local?.['candidateType'])} ${String(local?.['relayProtocol'])}`);
      }
    }
    return [...found];
  });
}

describe('a meeting through a firewall that lets only TLS pass', () => {
  const folder = mkdtempSync(join(tmpdir(), 'majlis-turn-'));
  let server: TestServer;
  let browser: Browser;
  let salma: Person;
  let karim: Person;

  before(async () => {
    const keys = await generate([{ name: 'commonName', value: 'turn.localhost' }], { keyType: 'ec' });
    const certificate = join(folder, 'certificate.pem');
    const key = join(folder, 'key.pem');
    writeFileSync(certificate, keys.cert);
    writeFileSync(key, keys.private, { mode: 0o600 });
    const port = await freePort();
    const turn = ['--turn-domain', 'turn.localhost', '--turn-tls-port', String(port)];
    server = await startMajlis({
      webApp: true,
      meetings: true,
      args: [...turn, '--turn-certificate', certificate, '--turn-key', key],
    });
    browser = await launch(['--ignore-certificate-errors']);
    [salma, karim] = await readyToMeet(browser, server.url, (person) => onlyTls(person, port));
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('both see and hear each other, by TURN over TLS alone', async () => {
    await enterMeeting(salma);
    await enterMeeting(karim);
    await Promise.all([hearsAndSees(salma), hearsAndSees(karim)]);
    assert.deepEqual(await relays(salma), ['relay tls']);
    assert.deepEqual(await relays(karim), ['relay tls']);
  });
});
