import type { LobbyGuest } from '@majlis/protocol';
import type { DeviceAddress, DeviceMessage, JsonContent, Signalling } from '../matrix/door.ts';
import { isMember, leaderOf, newerEpoch, provenSender } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';
import { epochFrom, epochJson, linkOfOffer, readOffer, sealEpoch } from './guest-seal.ts';
import type { LinkSecrets } from './link-secrets.ts';
import type { MemberApi } from './meetings-api.ts';

/** Encrypted to-device messages of meetings. */
const keyType = 'org.majlis.meeting.key';
const askType = 'org.majlis.meeting.key_request';
const linkType = 'org.majlis.meeting.link';

/** Joins are gathered for this long before the key changes; leaving changes it at once. Milliseconds. */
const gatherJoins = 300;
/** After this long without a key it is asked for. */
const askAfter = 4000;

export interface MemberKeysParts {
  readonly roomId: string;
  readonly signalling: Signalling;
  readonly api: MemberApi;
  readonly links: LinkSecrets;
  ownIdentity(): string;
  participants(): readonly Participant[];
  /** Guests as the lobby tells them, with their offers. */
  guests(): readonly LobbyGuest[];
  /** An epoch is in force. */
  adopt(epoch: Epoch): void;
}

/** A member's part in changing and sharing the key of a meeting. */
export class MemberKeys {
  private readonly parts: MemberKeysParts;
  private current: Epoch | undefined;
  /** Who the current epoch was drawn for, when it was drawn here. */
  private drawnFor = '';
  private readonly sealedFor = new Map<string, number>();
  private readonly toldLinks = new Set<string>();
  private early: DeviceMessage[] = [];
  private readonly stops: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private askTimer: ReturnType<typeof setInterval> | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(parts: MemberKeysParts) {
    this.parts = parts;
  }

  start(): void {
    const { signalling } = this.parts;
    this.stops.push(
      signalling.onDeviceMessage(keyType, (message) => this.receive(message)),
      signalling.onDeviceMessage(askType, (message) => this.receive(message)),
      signalling.onDeviceMessage(linkType, (message) => this.receive(message)),
      this.parts.links.onNew(() => {
        this.inTurn(() => this.tellLinks());
        this.inTurn(() => this.sealForGuests());
      }),
    );
    let asked = 0;
    this.askTimer = setInterval(() => {
      if (this.current !== undefined || this.parts.participants().length < 2) return;
      asked += 1;
      this.inTurn(() => this.ask(asked));
    }, askAfter);
  }

  stop(): void {
    this.stopped = true;
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
    clearInterval(this.askTimer);
  }

  /** Somebody came or went. */
  changed(how: 'came' | 'went'): void {
    for (const message of this.early.splice(0)) this.receive(message);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.inTurn(() => this.drawIfDue()), how === 'came' ? gatherJoins : 0);
    this.inTurn(() => this.tellLinks());
  }

  /** The lobby told something new: a guest who is in may now be given the key. */
  lobbyChanged(): void {
    this.inTurn(() => this.sealForGuests());
  }

  private async drawIfDue(): Promise<void> {
    const participants = this.parts.participants();
    const own = this.parts.ownIdentity();
    if (leaderOf(participants)?.identity !== own) return;
    const everybody = participants.map(({ identity }) => identity).sort();
    const set = JSON.stringify(everybody);
    if (this.current !== undefined && this.current.by === own && this.drawnFor === set) return;
    const epoch: Epoch = {
      number: (this.current?.number ?? 0) + 1,
      secret: crypto.getRandomValues(new Uint8Array(32)),
      by: own,
    };
    try {
      await this.share(epoch, await this.membersWithRights(participants));
    } catch (thrown) {
      this.timer = setTimeout(() => this.inTurn(() => this.drawIfDue()), 2000);
      throw thrown;
    }
    this.drawnFor = set;
    this.take(epoch);
    await this.sealForGuests();
  }

  /** The devices in the call whose users are members of the Matrix room: the word of the media server alone is not enough. */
  private async membersWithRights(participants: readonly Participant[]): Promise<DeviceAddress[]> {
    const joined = new Set(await this.parts.signalling.joinedMembers(this.parts.roomId));
    const own = this.parts.ownIdentity();
    return participants
      .filter((one) => isMember(one) && one.identity !== own && joined.has(one.userId ?? ''))
      .map(({ userId = '', deviceId = '' }) => ({ userId, deviceId }));
  }

  private async share(epoch: Epoch, targets: readonly DeviceAddress[]): Promise<void> {
    if (targets.length === 0) return;
    await this.parts.signalling.sendToDevices(targets, keyType, this.content({ epoch: epochJson(epoch) }));
  }

  private async ask(attempt: number): Promise<void> {
    const targets = await this.membersWithRights(this.parts.participants());
    await this.parts.signalling.sendToDevices(targets, askType, this.content({ attempt }));
  }

  /** Gives the epoch in force to the guests who are in the call and have not got it. Only the leader does, for all. */
  private async sealForGuests(): Promise<void> {
    const { current: epoch } = this;
    const participants = this.parts.participants();
    if (epoch === undefined || leaderOf(participants)?.identity !== this.parts.ownIdentity()) return;
    for (const { guestId } of participants) {
      if (guestId === undefined || (this.sealedFor.get(guestId) ?? -1) >= epoch.number) continue;
      const offer = this.parts.guests().find((guest) => guest.guest_id === guestId)?.key_offer;
      const linkId = offer === undefined ? undefined : linkOfOffer(offer);
      const secret = linkId === undefined ? undefined : await this.parts.links.get(linkId);
      if (offer === undefined || linkId === undefined || secret === undefined) continue;
      const key = await readOffer(offer, linkId, secret);
      if (key === undefined) continue;
      await this.parts.api.sendKeys(guestId, await sealEpoch(epoch, key, linkId, secret));
      this.sealedFor.set(guestId, epoch.number);
    }
  }

  /**
   * Tells the others the secrets of the room's guest links, so that whoever leads can let guests decrypt: those made here, and the leader all.
   */
  private async tellLinks(): Promise<void> {
    const leads = leaderOf(this.parts.participants())?.identity === this.parts.ownIdentity();
    const links = (await this.parts.links.ofRoom(this.parts.roomId)).filter(({ own }) => own || leads);
    for (const target of await this.membersWithRights(this.parts.participants())) {
      const told = (linkId: string) => `${target.userId} ${target.deviceId} ${linkId}`;
      const news = links.filter(({ linkId }) => !this.toldLinks.has(told(linkId)));
      if (news.length === 0) continue;
      const entries = news.map(({ linkId, secret }) => ({ link_id: linkId, secret }));
      await this.parts.signalling.sendToDevices([target], linkType, this.content({ links: entries }));
      for (const { linkId } of news) this.toldLinks.add(told(linkId));
    }
  }

  private receive(message: DeviceMessage): void {
    const { content } = message;
    const member = content['member'] as { id?: unknown } | undefined;
    if (content['room_id'] !== this.parts.roomId || typeof member?.id !== 'string') return;
    if (!provenSender(message, member.id, this.parts.participants())) {
      // It may come before the media server tells of its sender; it is looked at again when somebody comes.
      this.early = [...this.early.slice(-20), message];
      return;
    }
    const identity = member.id;
    if (message.type === keyType) this.receiveEpoch(content, identity);
    if (message.type === askType) this.inTurn(() => this.answer(message, content));
    if (message.type === linkType) this.inTurn(() => this.learnLinks(content));
  }

  private receiveEpoch(content: JsonContent, identity: string): void {
    const epoch = epochFrom((content['epoch'] ?? {}) as Readonly<Record<string, unknown>>);
    if (epoch === undefined) return;
    // Whoever passes it on in answer to a question names who drew it; the one who drew it proves it by sending.
    if (epoch.by !== identity && this.current !== undefined) return;
    this.take(epoch);
  }

  private async answer(message: DeviceMessage, content: JsonContent): Promise<void> {
    const { current } = this;
    const leads = leaderOf(this.parts.participants())?.identity === this.parts.ownIdentity();
    if (current === undefined || (!leads && content['attempt'] === 1)) return;
    const joined = await this.parts.signalling.joinedMembers(this.parts.roomId);
    if (!joined.includes(message.sender)) return;
    await this.share(current, [{ userId: message.sender, deviceId: message.senderDevice }]);
  }

  private async learnLinks(content: JsonContent): Promise<void> {
    const links = Array.isArray(content['links']) ? content['links'] : [];
    for (const link of links as readonly { link_id?: unknown; secret?: unknown }[]) {
      if (typeof link?.link_id !== 'string' || typeof link.secret !== 'string') continue;
      await this.parts.links.add(this.parts.roomId, link.link_id, link.secret, false);
    }
  }

  private take(epoch: Epoch): void {
    const newer = newerEpoch(this.current, epoch);
    if (newer === this.current) return;
    this.current = newer;
    this.parts.adopt(newer);
  }

  private content(more: JsonContent): JsonContent {
    return {
      ...more,
      room_id: this.parts.roomId,
      member: { id: this.parts.ownIdentity() },
      sent_ts: Date.now(),
    };
  }

  private inTurn(work: () => Promise<void>): void {
    this.queue = this.queue.then(work).catch((thrown: unknown) => {
      if (!this.stopped)
        console.warn(
          'The key of the meeting is shared later.',
          thrown instanceof Error ? thrown.message : thrown,
        );
    });
  }
}
