import type { LobbyGuest } from '@majlis/protocol';
import type { DeviceAddress, DeviceMessage, JsonContent, Signalling } from '../matrix/door.ts';
import { ElementCallKeys, mediaKeyType } from './element-call-keys.ts';
import type { MediaKey } from './element-call-keys.ts';
import { isMember, leaderOf, newerEpoch, provenSender } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';
import { GuestKeys } from './guest-keys.ts';
import { epochFrom, epochJson } from './guest-seal.ts';
import type { LinkBook } from './link-sharing.ts';
import type { MemberApi } from './meetings-api.ts';

/** Encrypted to-device messages of meetings. */
const keyType = 'org.majlis.meeting.key';
const askType = 'org.majlis.meeting.key_request';

/** Joins are gathered for this long before the key changes; leaving changes it at once. Milliseconds. */
const gatherJoins = 300;
/** After this long without a key it is asked for. */
const askAfter = 4000;
/** How often is looked for what was left undone. */
const lookRound = 2000;
const earlyAtMost = 50;

export interface MemberKeysParts {
  readonly roomId: string;
  readonly own: DeviceAddress;
  readonly signalling: Signalling;
  readonly api: Pick<MemberApi, 'sendKeys'>;
  readonly links: LinkBook;
  readonly now: () => number;
  ownIdentity(): string;
  /** Who is in the call; nobody while this device is not connected to it. */
  participants(): readonly Participant[];
  /** Guests as the lobby tells them, with their offers. */
  guests(): readonly LobbyGuest[];
  /** Whether this participant has shown that they hold this epoch. */
  shows(identity: string, epoch: number): boolean;
  /** An epoch is in force. */
  adopt(epoch: Epoch): void;
  /** Another program's key for what it sends. */
  adoptKey(identity: string, key: MediaKey): void;
  /** Another program was given what it needs to decrypt this device's media in this epoch. */
  gave(identity: string, epoch: number): void;
}

/** A member's part in changing and sharing the key of a meeting. */
export class MemberKeys {
  private readonly parts: MemberKeysParts;
  private readonly guestKeys: GuestKeys;
  private readonly elementCallKeys: ElementCallKeys;
  private current: Epoch | undefined;
  /** Since when it is in force here. */
  private since = 0;
  /** Who the current epoch was drawn for, when it was drawn here. */
  private drawnFor = '';
  private early: DeviceMessage[] = [];
  private readonly stops: (() => void)[] = [];
  /** The number of the last epoch drawn here, whether or not it is known to have reached the others. */
  private drawn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = 0;
  private round: ReturnType<typeof setInterval> | undefined;
  private asked = { times: 0, at: 0 };
  private queue: Promise<unknown> = Promise.resolve();
  private asking = false;
  private stopped = false;

  constructor(parts: MemberKeysParts) {
    this.parts = parts;
    this.guestKeys = new GuestKeys(parts);
    const withRights = (participants: readonly Participant[]) => this.withRights(participants);
    this.elementCallKeys = new ElementCallKeys({ ...parts, withRights });
  }

  start(): void {
    const { signalling, links } = this.parts;
    this.asked.at = this.parts.now();
    this.stops.push(
      signalling.onDeviceMessage(keyType, (message) => this.receive(message)),
      signalling.onDeviceMessage(askType, (message) => this.receive(message)),
      signalling.onDeviceMessage(mediaKeyType, (message) => this.elementCallKeys.receive(message)),
      links.onNew(() => this.inTurn(() => this.sealForGuests())),
    );
    this.round = setInterval(() => this.lookRound(), lookRound);
  }

  stop(): void {
    this.stopped = true;
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
    clearInterval(this.round);
  }

  /** Somebody came or went. */
  changed(how: 'came' | 'went'): void {
    for (const message of this.early.splice(0)) this.receive(message);
    this.elementCallKeys.changed();
    this.drawAfter(how === 'came' ? gatherJoins : 0);
  }

  /** The lobby told something new: a guest who is in may now be given the key. */
  lobbyChanged(): void {
    this.inTurn(() => this.sealForGuests());
  }

  /** What somebody sends cannot be decrypted: a change of key may have been missed. */
  keyMissing(): void {
    if (this.parts.now() - this.asked.at < askAfter) return;
    this.asked = { times: 1, at: this.parts.now() };
    this.inTurn(() => this.ask(1));
  }

  private lookRound(): void {
    const { now, participants } = this.parts;
    if (this.current === undefined && participants().length > 1 && now() - this.asked.at >= askAfter) {
      this.asked = { times: this.asked.times + 1, at: now() };
      this.inTurn(() => this.ask(this.asked.times));
    }
    this.inTurn(() => this.sealForGuests());
    this.inTurn(() => this.giveToOthers());
  }

  /** Nothing puts off what is due sooner: where people come without end, the key must change all the same once somebody has gone. */
  private drawAfter(milliseconds: number): void {
    const due = this.parts.now() + milliseconds;
    if (this.stopped || (this.timer !== undefined && this.due <= due)) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.inTurn(() => this.drawIfDue());
    }, milliseconds);
  }

  private async drawIfDue(): Promise<void> {
    const participants = this.parts.participants();
    const own = this.parts.ownIdentity();
    if (leaderOf(participants)?.identity !== own) return;
    const set = JSON.stringify(participants.map(({ identity, stay }) => [identity, stay]).sort());
    if (this.current !== undefined && this.current.by === own && this.drawnFor === set) return;
    // Whoever begins anew goes on above all that was drawn before they came: guests who stayed take nothing older than what they have.
    const came = participants.find(({ identity }) => identity === own)?.joinedAt ?? 0;
    this.drawn = Math.max(this.drawn, this.current?.number ?? came) + 1;
    const epoch: Epoch = {
      number: this.drawn,
      secret: crypto.getRandomValues(new Uint8Array(32)),
      by: own,
    };
    try {
      const others = participants.filter((one) => isMember(one) && one.epochs && one.identity !== own);
      await this.share(epoch, addressesOf(await this.withRights(others)));
    } catch (thrown) {
      this.drawAfter(2000);
      throw thrown;
    }
    this.drawnFor = set;
    this.take(epoch);
    await this.sealForGuests();
  }

  /** Those whose users are members of the Matrix room: the word of the media server alone is not enough. */
  private async withRights(participants: readonly Participant[]): Promise<readonly Participant[]> {
    if (participants.length === 0) return [];
    const joined = new Set(await this.parts.signalling.joinedMembers(this.parts.roomId));
    return participants.filter((one) => joined.has(one.userId ?? ''));
  }

  private async share(epoch: Epoch, targets: readonly DeviceAddress[]): Promise<void> {
    if (targets.length === 0) return;
    await this.parts.signalling.sendToDevices(targets, keyType, this.content({ epoch: epochJson(epoch) }));
  }

  private async ask(attempt: number): Promise<void> {
    const own = this.parts.ownIdentity();
    const others = this.parts
      .participants()
      .filter((one) => isMember(one) && one.epochs && one.identity !== own);
    const targets = addressesOf(await this.withRights(others));
    if (targets.length === 0) return;
    await this.parts.signalling.sendToDevices(targets, askType, this.content({ attempt }));
  }

  private async sealForGuests(): Promise<void> {
    this.askForLinks();
    if (this.current !== undefined) await this.guestKeys.seal(this.current, this.since);
  }

  /** Beside everything else: the keys of the meeting do not wait for what others know of links. */
  private askForLinks(): void {
    if (this.asking || this.stopped) return;
    this.asking = true;
    this.guestKeys
      .askForLinks()
      .catch((thrown: unknown) => {
        console.warn('A guest link is asked for later.', thrown instanceof Error ? thrown.message : thrown);
      })
      .finally(() => (this.asking = false));
  }

  private async giveToOthers(): Promise<void> {
    if (this.current !== undefined) await this.elementCallKeys.give(this.current);
  }

  private receive(message: DeviceMessage): void {
    const { content } = message;
    const member = content['member'] as { id?: unknown } | null | undefined;
    if (content['room_id'] !== this.parts.roomId || typeof member?.id !== 'string') return;
    if (!provenSender(message, member.id, this.parts.participants())) {
      // It may come before the media server tells of its sender; it is looked at again when somebody comes.
      this.early = [...this.early.slice(1 - earlyAtMost), message];
      return;
    }
    const identity = member.id;
    if (message.type === keyType) this.receiveEpoch(content, identity);
    if (message.type === askType) this.inTurn(() => this.answer(message, content));
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

  private take(epoch: Epoch): void {
    const newer = newerEpoch(this.current, epoch);
    if (newer === this.current || this.stopped) return;
    this.current = newer;
    this.since = this.parts.now();
    this.parts.adopt(newer);
    this.inTurn(() => this.giveToOthers());
  }

  private content(more: JsonContent): JsonContent {
    return {
      ...more,
      room_id: this.parts.roomId,
      member: { id: this.parts.ownIdentity() },
      sent_ts: this.parts.now(),
    };
  }

  private inTurn(work: () => Promise<void>): void {
    const next = () => (this.stopped ? undefined : work());
    this.queue = this.queue.then(next).catch((thrown: unknown) => {
      if (!this.stopped)
        console.warn(
          'The key of the meeting is shared later.',
          thrown instanceof Error ? thrown.message : thrown,
        );
    });
  }
}

function addressesOf(participants: readonly Participant[]): DeviceAddress[] {
  return participants.map(({ userId = '', deviceId = '' }) => ({ userId, deviceId }));
}
