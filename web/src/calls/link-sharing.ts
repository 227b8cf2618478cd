import { effect, untracked } from '@preact/signals-core';
import type { DeviceAddress, DeviceMessage, JsonContent, MatrixClient, Signalling } from '../matrix/door.ts';
import { LinkSecrets } from './link-secrets.ts';

/** Encrypted to-device messages about guest links. */
const linkType = 'org.majlis.meeting.link';
const askType = 'org.majlis.meeting.link_request';

/** In one message. */
const linksAtOnce = 20;
/** Larger rooms are not asked as a whole. */
const membersAtMost = 100;
/** The same is asked for again after so long, doubled each time up to the latter; milliseconds. */
const askAgain = 4000;
const askAgainAtMost = 20_000;
/** The same device is answered the same once in so long; milliseconds. */
const answerAgain = 3000;
const remembered = 500;

/** What the keys of a meeting need to know about guest links. */
export interface LinkBook {
  /** Secrets that were told for a link; at most one is right. */
  candidates(linkId: string): Promise<readonly string[]>;
  /** Asks for a link's secret, not too often: first the own devices and the `near` ones, then all members. */
  want(roomId: string, linkId: string, near: readonly DeviceAddress[]): Promise<void>;
  /** While this device is in the meeting of a room with others: `isThere` says which. Answers the way to stop. */
  meet(roomId: string, isThere: (device: DeviceAddress) => boolean): () => void;
  onNew(listen: () => void): () => void;
}

export interface LinkSharingParts {
  readonly signalling: Signalling;
  readonly secrets: LinkSecrets;
  readonly now: () => number;
  ownUserId(): string | undefined;
  /** Whether this user is in a room, as far as this device knows. */
  isIn(roomId: string): boolean;
}

/**
 * Tells the members of a room the secrets of its guest links, so that whoever of them is in the meeting can let a guest decrypt. They go by
 * Olm, when a link is made and when somebody asks; no server can read them. They go to devices that their owners have signed: a server
 * could add another. And to those in the same meeting, which everybody there sees and which hold its key.
 */
export class LinkSharing implements LinkBook {
  readonly secrets: LinkSecrets;
  private readonly parts: LinkSharingParts;
  private readonly asked = new Map<string, { times: number; at: number }>();
  private readonly answered = new Map<string, number>();
  private readonly meetings = new Map<string, (device: DeviceAddress) => boolean>();

  constructor(parts: LinkSharingParts) {
    this.parts = parts;
    this.secrets = parts.secrets;
  }

  /** Listens for as long as a session lasts. Answers the way to stop. */
  listen(): () => void {
    const { signalling } = this.parts;
    const stops = [
      signalling.onDeviceMessage(linkType, (message) => this.inBackground(this.learn(message))),
      signalling.onDeviceMessage(askType, (message) => this.inBackground(this.answer(message))),
    ];
    return () => stops.forEach((stop) => stop());
  }

  candidates(linkId: string): Promise<readonly string[]> {
    return this.secrets.candidates(linkId);
  }

  onNew(listen: () => void): () => void {
    return this.secrets.onNew(listen);
  }

  meet(roomId: string, isThere: (device: DeviceAddress) => boolean): () => void {
    this.meetings.set(roomId, isThere);
    return () => {
      if (this.meetings.get(roomId) === isThere) this.meetings.delete(roomId);
    };
  }

  /** A link was made here: keeps its secret, and tells the members. That they could not be told is no failure: they can ask. */
  async made(roomId: string, linkId: string, secret: string): Promise<void> {
    await this.secrets.add(roomId, linkId, secret);
    this.inBackground(this.tellMembers(roomId, linkId, secret));
  }

  async want(roomId: string, linkId: string, near: readonly DeviceAddress[]): Promise<void> {
    const { signalling, now, ownUserId } = this.parts;
    const { times, at } = this.asked.get(linkId) ?? { times: 0, at: -Infinity };
    if (times > 0 && now() - at < Math.min(askAgain * 2 ** (times - 1), askAgainAtMost)) return;
    remember(this.asked, linkId, { times: times + 1, at: now() });
    // Nobody knows the secret of a link better than who made it.
    if (await this.secrets.madeHere(linkId)) return;
    const joined = await signalling.joinedMembers(roomId);
    const content = { room_id: roomId, link_ids: [linkId] };
    const targets = near.filter(({ userId }) => joined.includes(userId));
    if (targets.length > 0) await signalling.sendToDevices(targets, askType, content);
    const all = times > 0 && joined.length <= membersAtMost;
    await signalling.sendToPeople(
      all ? joined : joined.filter((userId) => userId === ownUserId()),
      askType,
      content,
    );
  }

  private async tellMembers(roomId: string, linkId: string, secret: string): Promise<void> {
    const { signalling } = this.parts;
    const joined = await signalling.joinedMembers(roomId);
    const own = this.parts.ownUserId();
    const people = joined.length <= membersAtMost ? joined : joined.filter((userId) => userId === own);
    await signalling.sendToPeople(people, linkType, linksContent(roomId, [{ linkId, secret }]));
  }

  private async learn(message: DeviceMessage): Promise<void> {
    const { links } = message.content;
    const roomId = await this.roomOf(message);
    if (roomId === undefined || !Array.isArray(links)) return;
    for (const link of links.slice(0, linksAtOnce) as readonly { link_id?: unknown; secret?: unknown }[]) {
      const { link_id: linkId, secret } = link ?? {};
      if (typeof linkId !== 'string' || typeof secret !== 'string') continue;
      if (!/^[\w-]{1,64}$/.test(linkId) || !/^[\w-]{43}$/.test(secret)) continue;
      await this.secrets.add(roomId, linkId, secret, message.sender);
    }
  }

  private async answer(message: DeviceMessage): Promise<void> {
    const { link_ids: asked } = message.content;
    const roomId = await this.roomOf(message);
    if (roomId === undefined || !Array.isArray(asked)) return;
    const known: { linkId: string; secret: string }[] = [];
    for (const linkId of asked.slice(0, linksAtOnce)) {
      const secret = typeof linkId === 'string' ? await this.secrets.ofRoom(roomId, linkId) : undefined;
      if (typeof linkId === 'string' && secret !== undefined) known.push({ linkId, secret });
    }
    const { sender: userId, senderDevice: deviceId } = message;
    const once = JSON.stringify([userId, deviceId, known]);
    const { now, signalling } = this.parts;
    if (known.length === 0 || now() - (this.answered.get(once) ?? -Infinity) < answerAgain) return;
    remember(this.answered, once, now());
    await signalling.sendToDevices([{ userId, deviceId }], linkType, linksContent(roomId, known));
  }

  /** The room that a message is about, if its sender may speak of it: a device of a member, signed or in the same meeting. */
  private async roomOf({ content, sender, ...device }: DeviceMessage): Promise<string | undefined> {
    const { room_id: roomId } = content;
    if (typeof roomId !== 'string' || !this.parts.isIn(roomId)) return undefined;
    const there = this.meetings.get(roomId)?.({ userId: sender, deviceId: device.senderDevice }) === true;
    if (!device.senderSigned && !there) return undefined;
    return (await this.parts.signalling.joinedMembers(roomId)).includes(sender) ? roomId : undefined;
  }

  private inBackground(work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      console.warn('A guest link is shared later.', thrown instanceof Error ? thrown.message : thrown);
    });
  }
}

const shared = new WeakMap<MatrixClient, LinkSharing>();

/**
 * The one sharing of a client: secrets are told also while the call engine is not loaded. The first call begins to listen, for whoever is
 * signed in.
 */
export function linkSharingOf(client: MatrixClient): LinkSharing {
  const known = shared.get(client);
  if (known !== undefined) return known;
  const secrets = new LinkSecrets(client.settings);
  const sharing = new LinkSharing({
    signalling: client.signalling,
    secrets,
    now: () => Date.now(),
    ownUserId: () => client.session.peek()?.userId,
    isIn: (roomId) =>
      client.rooms.all.peek().some((room) => room.roomId === roomId && room.membership === 'join'),
  });
  shared.set(client, sharing);
  let before: string | undefined;
  effect(() => {
    const userId = client.session.value?.userId;
    if (userId === undefined) return undefined;
    return untracked(() => {
      if (before !== undefined && before !== userId) secrets.forget();
      before = userId;
      return sharing.listen();
    });
  });
  return sharing;
}

function linksContent(roomId: string, links: readonly { linkId: string; secret: string }[]): JsonContent {
  return {
    room_id: roomId,
    links: links.map(({ linkId, secret }) => ({ link_id: linkId, secret })),
  };
}

/** Keeps the newest. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > remembered ? map.keys().next() : undefined;
  if (oldest?.done === false) map.delete(oldest.value);
}
