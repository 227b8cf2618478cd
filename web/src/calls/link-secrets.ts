import type { Json, Settings } from '../matrix/door.ts';

const setting = 'meetingLinkSecrets';
const atMost = 500;

interface LinkSecret {
  readonly roomId: string;
  readonly secret: string;
  /** Made on this device. */
  readonly own: boolean;
}

/**
 * Secrets of guest links that this device knows: those it made, and those that other members told it by encrypted device message. Without
 * one, a member cannot give keys to the guests of a link.
 */
export class LinkSecrets {
  private readonly settings: Settings;
  private readonly listeners = new Set<() => void>();
  private loaded: Promise<Map<string, LinkSecret>> | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  async get(linkId: string): Promise<string | undefined> {
    return (await this.all()).get(linkId)?.secret;
  }

  async ofRoom(roomId: string): Promise<readonly { linkId: string; secret: string; own: boolean }[]> {
    return [...(await this.all())]
      .filter(([, known]) => known.roomId === roomId)
      .map(([linkId, { secret, own }]) => ({ linkId, secret, own }));
  }

  /** Calls `listen` after each new secret. Answers the way to stop. */
  onNew(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => this.listeners.delete(listen);
  }

  /** True when it was not known before. A known secret is never replaced. */
  async add(roomId: string, linkId: string, secret: string, own: boolean): Promise<boolean> {
    const all = await this.all();
    if (all.has(linkId)) return false;
    all.set(linkId, { roomId, secret, own });
    for (const oldest of all.keys()) {
      if (all.size <= atMost) break;
      all.delete(oldest);
    }
    const entries: Json = [...all].map(([id, known]) => [id, known.roomId, known.secret, known.own]);
    await this.settings.set(setting, entries);
    for (const listen of this.listeners) listen();
    return true;
  }

  private all(): Promise<Map<string, LinkSecret>> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  private async load(): Promise<Map<string, LinkSecret>> {
    const saved = await this.settings.get(setting);
    const all = new Map<string, LinkSecret>();
    for (const entry of Array.isArray(saved) ? saved : []) {
      const [linkId, roomId, secret, own] = Array.isArray(entry) ? entry : [];
      if (typeof linkId === 'string' && typeof roomId === 'string' && typeof secret === 'string') {
        all.set(linkId, { roomId, secret, own: own === true });
      }
    }
    return all;
  }
}
