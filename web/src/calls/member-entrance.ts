import { signal } from '@preact/signals-core';
import type { JoinAnswer, LobbyGuest } from '@majlis/protocol';
import { MatrixError } from '../matrix/door.ts';
import type { Signalling } from '../matrix/door.ts';
import { CallAnnouncement } from './call-announcement.ts';
import type { CallSide, Entrance } from './entrance.ts';
import { linkOfOffer, proveOffer } from './guest-seal.ts';
import type { LinkBook } from './link-sharing.ts';
import { MemberApi } from './meetings-api.ts';
import { MemberKeys } from './member-keys.ts';
import { pause } from './pause.ts';

export interface MemberEntranceParts {
  readonly roomId: string;
  readonly own: { readonly userId: string; readonly deviceId: string };
  readonly signalling: Signalling;
  readonly links: LinkBook;
  readonly now: () => number;
}

/** Into the meeting of a room, as its member. */
export class MemberEntrance implements Entrance {
  readonly lobby = signal<readonly LobbyGuest[]>([]);
  private readonly parts: MemberEntranceParts;
  private readonly api: MemberApi;
  private readonly announcement: CallAnnouncement;
  private readonly ended = new AbortController();
  private readonly stops: (() => void)[] = [];
  private side: CallSide | undefined;
  private readonly proved = new Set<string>();
  private keys: MemberKeys | undefined;
  /** Asked for the name by which other programs find this device. */
  private named = false;

  constructor(parts: MemberEntranceParts) {
    this.parts = parts;
    this.api = new MemberApi(parts.signalling, parts.roomId);
    this.announcement = new CallAnnouncement(parts.signalling, parts.roomId, parts.own, parts.now);
  }

  hasProved(guestId: string): boolean {
    return this.proved.has(guestId);
  }

  async enter(side: CallSide): Promise<JoinAnswer> {
    this.side = side;
    this.keys = new MemberKeys({
      ...this.parts,
      api: this.api,
      ownIdentity: () => side.ownIdentity(),
      participants: () => side.participants(),
      guests: () => this.lobby.value,
      shows: (identity, epoch) => side.shows(identity, epoch),
      adopt: (epoch) => side.adopt(epoch),
      adoptKey: (identity, key) => side.adoptKey(identity, key),
      gave: (identity, epoch) => side.gave(identity, epoch),
    });
    this.keys.start();
    this.named = CallAnnouncement.othersIn(this.parts.signalling, this.parts.roomId);
    return this.api.join(this.named);
  }

  entered(): void {
    this.keys?.changed('came');
    void this.watchLobby();
    const { links, roomId, signalling } = this.parts;
    if (!this.named)
      this.stops.push(CallAnnouncement.onOthers(signalling, roomId, () => this.side?.comeAgain()));
    this.stops.push(
      links.onNew(() => void this.proveAgain()),
      links.meet(roomId, ({ userId, deviceId }) =>
        (this.side?.participants() ?? []).some((one) => one.userId === userId && one.deviceId === deviceId),
      ),
    );
    // It says itself what failed, and tries again.
    this.announcement.announce().catch(() => undefined);
  }

  participantsChanged(how: 'came' | 'went'): void {
    this.keys?.changed(how);
  }

  keyMissing(): void {
    this.keys?.keyMissing();
  }

  async leave(): Promise<void> {
    this.ended.abort();
    for (const stop of this.stops.splice(0)) stop();
    this.keys?.stop();
    await this.announcement.end();
  }

  decide(guestId: string, admit: boolean): Promise<void> {
    return this.api.decide(guestId, admit);
  }

  remove(identity: string): Promise<void> {
    return this.api.remove(identity);
  }

  mute(identity: string): Promise<void> {
    return this.api.mute(identity);
  }

  private async prove({ guest_id: guestId, key_offer: offer }: LobbyGuest): Promise<void> {
    if (offer === undefined || this.proved.has(guestId)) return;
    const linkId = linkOfOffer(offer);
    if (linkId === undefined) return;
    const proved = await proveOffer(offer, linkId, await this.parts.links.candidates(linkId));
    if (proved !== undefined) this.proved.add(guestId);
  }

  /** A secret came: guests who could not be judged may be now. */
  private async proveAgain(): Promise<void> {
    try {
      for (const guest of this.lobby.value) await this.prove(guest);
      this.lobby.value = [...this.lobby.value];
    } catch (thrown) {
      console.warn('A guest is judged later.', thrown instanceof Error ? thrown.message : thrown);
    }
  }

  private async watchLobby(): Promise<void> {
    const { signal: over } = this.ended;
    let version = 0;
    while (!over.aborted) {
      try {
        const answer = await this.api.lobby(version, over);
        version = answer.version;
        for (const guest of answer.guests) await this.prove(guest);
        this.lobby.value = answer.guests;
        this.keys?.lobbyChanged();
      } catch (thrown) {
        if (over.aborted) return;
        // Without the right to see the lobby there is nothing to watch.
        if (thrown instanceof MatrixError && thrown.status === 403) return;
        await pause(3000, over);
      }
    }
  }
}
