import type { Json, Settings } from '../matrix/door.ts';

const setting = 'meetingLinkSecrets';
const atMost = 500;

/**
 * Secrets of guest links that this device knows: those it made, and those that other members told it by encrypted device message. Without
 * one, a member cannot give keys to the guests of a link.
 */
export class LinkSecrets {
  private readonly settings: Settings;
  private loaded: Promise<Map<string, { roomId: string; secret: string }>> | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  async get(linkId: string): Promise<string | undefined> {
    return (await this.all()).get(linkId)?.secret;
  }

  async ofRoom(roomId: string): Promise<readonly { linkId: string; secret: string }[]> {
    return [...(await this.all())]
      .filter(([, known]) => known.roomId === roomId)
      .map(([linkId, { secret }]) => ({ linkId, secret }));
  }

  /** True when it was not known before. A known secret is never replaced. */
  async add(roomId: string, linkId: string, secret: string): Promise<boolean> {
    const all = await this.all();
    if (all.has(linkId)) return false;
    all.set(linkId, { roomId, secret });
    for (const oldest of all.keys()) {
      if (all.size <= atMost) break;
      all.delete(oldest);
    }
    const entries: Json = [...all].map(([id, known]) => [id, known.roomId, known.secret]);
    await this.settings.set(setting, entries);
    return true;
  }

  private all(): Promise<Map<string, { roomId: string; secret: string }>> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  private async load(): Promise<Map<string, { roomId: string; secret: string }>> {
    const saved = await this.settings.get(setting);
    const all = new Map<string, { roomId: string; secret: string }>();
    for (const entry of Array.isArray(saved) ? saved : []) {
      const [linkId, roomId, secret] = Array.isArray(entry) ? entry : [];
      if (typeof linkId === 'string' && typeof roomId === 'string' && typeof secret === 'string') {
        all.set(linkId, { roomId, secret });
      }
    }
    return all;
  }
}
