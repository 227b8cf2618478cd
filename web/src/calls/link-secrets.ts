import type { Json, Settings } from '../matrix/door.ts';
import { Turns } from '../matrix/turns.ts';

const setting = 'meetingLinkSecrets';
const linksAtMost = 1000;
/** Of one room, told by others. */
const linksOfRoomAtMost = 200;
/** Different secrets told for one link: all but one are wrong, but the offers of guests tell which. */
const secretsAtMost = 8;

interface Link {
  readonly roomId: string;
  /** By who told them; the empty name is this device. */
  readonly secrets: Map<string, string>;
}

/**
 * Secrets of guest links that this device knows: those it made, and those that other members told it by encrypted device message. Without
 * one, a member cannot give keys to the guests of a link.
 */
export class LinkSecrets {
  private readonly settings: Settings;
  private readonly listeners = new Set<() => void>();
  private loaded: Promise<Map<string, Link>> | undefined;
  /** One after the other, so that an older state never comes last. */
  private readonly saving = new Turns();

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** The secret that this device made or that `madeBy` told, or else another one. */
  async get(linkId: string, madeBy?: string): Promise<string | undefined> {
    const secrets = (await this.all()).get(linkId)?.secrets;
    return secrets?.get('') ?? secrets?.get(madeBy ?? '') ?? secrets?.values().next().value;
  }

  /** All that were told for a link. */
  async candidates(linkId: string): Promise<readonly string[]> {
    return [...new Set((await this.all()).get(linkId)?.secrets.values())];
  }

  async madeHere(linkId: string): Promise<boolean> {
    return (await this.all()).get(linkId)?.secrets.has('') === true;
  }

  /** What this device would answer to a question for a link of this room. */
  async ofRoom(roomId: string, linkId: string): Promise<string | undefined> {
    const link = (await this.all()).get(linkId);
    return link?.roomId === roomId ? this.get(linkId) : undefined;
  }

  /** Calls `listen` after each new secret. Answers the way to stop. */
  onNew(listen: () => void): () => void {
    this.listeners.add(listen);
    return () => this.listeners.delete(listen);
  }

  /**
   * Keeps what `from` (a user id; nothing for this device) says is a link's secret. Nobody can replace what another said. True when it is
   * new.
   */
  async add(roomId: string, linkId: string, secret: string, from = ''): Promise<boolean> {
    const all = await this.all();
    const link = all.get(linkId) ?? { roomId, secrets: new Map<string, string>() };
    if (link.roomId !== roomId || link.secrets.has(from)) return false;
    if (from !== '' && link.secrets.size >= secretsAtMost) return false;
    const news = ![...link.secrets.values()].includes(secret);
    link.secrets.set(from, secret);
    all.set(linkId, link);
    makeRoom(all, roomId);
    await this.save(all);
    if (news) for (const listen of this.listeners) listen();
    return news;
  }

  /** Another account is signed in: what the one before knew is not its own. */
  forget(): void {
    this.loaded = undefined;
  }

  private save(all: Map<string, Link>): Promise<void> {
    const entries: Json = [...all].flatMap(([linkId, { roomId, secrets }]) =>
      [...secrets].map(([from, secret]) => [linkId, roomId, secret, from]),
    );
    return this.saving.run(() => this.settings.set(setting, entries));
  }

  private all(): Promise<Map<string, Link>> {
    const loaded = (this.loaded ??= this.load());
    // After a failure the next question reads again.
    loaded.catch(() => {
      if (this.loaded === loaded) this.loaded = undefined;
    });
    return loaded;
  }

  private async load(): Promise<Map<string, Link>> {
    const saved = await this.settings.get(setting);
    const all = new Map<string, Link>();
    for (const entry of Array.isArray(saved) ? saved : []) {
      const [linkId, roomId, secret, from] = Array.isArray(entry) ? entry : [];
      if (typeof linkId !== 'string' || typeof roomId !== 'string' || typeof secret !== 'string') continue;
      const link = all.get(linkId) ?? { roomId, secrets: new Map<string, string>() };
      // Earlier versions kept whether this device had made it.
      link.secrets.set(typeof from === 'string' ? from : from === true ? '' : 'unknown', secret);
      all.set(linkId, link);
    }
    return all;
  }
}

/** The oldest go first, those made here last. */
function makeRoom(all: Map<string, Link>, roomId: string): void {
  const told = [...all].filter(([, { secrets }]) => !secrets.has(''));
  const inRoom = told.filter(([, link]) => link.roomId === roomId);
  for (const [linkId] of inRoom.slice(0, Math.max(0, inRoom.length - linksOfRoomAtMost))) all.delete(linkId);
  for (const [linkId] of [...told, ...all]) {
    if (all.size <= linksAtMost) return;
    all.delete(linkId);
  }
}
