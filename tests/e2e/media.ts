import type { Browser } from 'playwright-core';
import { acceptInvitation, phone, say, signUp, startChat } from './browser.ts';
import type { Person } from './browser.ts';

/** What a page receives over all its peer connections: whether pictures are decoded and sound is heard. */
export interface Received {
  readonly packetsReceived: number;
  readonly framesReceived: number;
  readonly framesDecoded: number;
  readonly audioEnergy: number;
}

/** Keeps hold of the page's peer connections; call before the page makes any. */
export async function watchMedia(person: Person): Promise<void> {
  await person.context.addInitScript(() => {
    const peers: RTCPeerConnection[] = [];
    Object.assign(globalThis, { watchedPeers: peers });
    const Original = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = new Proxy(Original, {
      construct(target, parameters: ConstructorParameters<typeof RTCPeerConnection>) {
        const peer = new target(...parameters);
        peers.push(peer);
        return peer;
      },
    });
  });
}

export function received(person: Person): Promise<Received> {
  return person.page.evaluate(async () => {
    const { watchedPeers } = globalThis as unknown as { watchedPeers: RTCPeerConnection[] };
    const sum = { packetsReceived: 0, framesReceived: 0, framesDecoded: 0, audioEnergy: 0 };
    for (const peer of watchedPeers) {
      if (peer.connectionState === 'closed') continue;
      for (const entry of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (entry['type'] !== 'inbound-rtp') continue;
        sum.packetsReceived += Number(entry['packetsReceived'] ?? 0);
        if (entry['kind'] === 'video') {
          sum.framesReceived += Number(entry['framesReceived'] ?? 0);
          sum.framesDecoded += Number(entry['framesDecoded'] ?? 0);
        } else sum.audioEnergy += Number(entry['totalAudioEnergy'] ?? 0);
      }
    }
    return sum;
  });
}

/** Two people in a chat, one at a desk and one with a phone, whose media are watched; `prepare` comes first. */
export async function readyToMeet(
  browser: Browser,
  url: string,
  prepare: (person: Person) => Promise<void> = async () => undefined,
): Promise<[Person, Person]> {
  const salma = await signUp(browser, url, { name: 'salma' });
  const karim = await signUp(browser, url, { name: 'karim', viewport: phone });
  for (const person of [salma, karim]) {
    await prepare(person);
    await watchMedia(person);
    await person.page.reload();
  }
  await startChat(salma, 'karim');
  await say(salma, 'نلتقي الآن');
  await acceptInvitation(karim, 'salma');
  return [salma, karim];
}

/** Waits until pictures and sound of the others have risen above what they were. */
export async function hearsAndSees(person: Person): Promise<void> {
  const before = await received(person);
  await until(
    () => received(person),
    (now) => now.framesDecoded > before.framesDecoded + 5 && now.audioEnergy > before.audioEnergy,
    `${person.name} should see and hear the others`,
  );
}

/** Asks again and again until `done` says so. @throws when that takes longer than `patienceMs`. */
export async function until<Value>(
  ask: () => Promise<Value>,
  done: (value: Value) => boolean,
  what: string,
  patienceMs = 30_000,
): Promise<Value> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await ask();
    if (done(value)) return value;
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
