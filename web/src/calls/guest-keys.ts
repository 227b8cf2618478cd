import type { LobbyGuest } from '@majlis/protocol';
import { drawers, isMember } from './epochs.ts';
import type { Epoch, Participant } from './epochs.ts';
import { linkOfOffer, proveOffer, sealEpoch } from './guest-seal.ts';
import type { LinkBook } from './link-sharing.ts';
import type { MemberApi } from './meetings-api.ts';

/** How long each member waits for those who came before to give a guest the key, milliseconds. */
const turn = 2000;

export interface GuestKeysParts {
  readonly roomId: string;
  readonly api: Pick<MemberApi, 'sendKeys'>;
  readonly links: LinkBook;
  readonly now: () => number;
  ownIdentity(): string;
  participants(): readonly Participant[];
  /** Guests as the lobby tells them, with their offers. */
  guests(): readonly LobbyGuest[];
  /** Whether this participant has shown that they hold this epoch. */
  shows(identity: string, epoch: number): boolean;
}

/**
 * A member's part in giving the meeting's secret to guests. Who leads does it at once; the others, in turn, where the guest still shows no
 * key after a while: the leader may not know the link.
 */
export class GuestKeys {
  private readonly parts: GuestKeysParts;
  /** The newest epoch that was sealed here, by guest. */
  private readonly sealedFor = new Map<string, number>();

  constructor(parts: GuestKeysParts) {
    this.parts = parts;
  }

  /** Seals the epoch in force, which is so since `since`, for the guests who are in the call and whose turn it is. */
  async seal(epoch: Epoch, since: number): Promise<void> {
    const participants = this.parts.participants();
    const own = this.parts.ownIdentity();
    const place = drawers(participants).findIndex(({ identity }) => identity === own);
    if (place < 0 || this.parts.now() - since < place * turn) return;
    for (const { identity, guestId } of participants) {
      if (guestId === undefined || (this.sealedFor.get(guestId) ?? -1) >= epoch.number) continue;
      if (place > 0 && this.parts.shows(identity, epoch.number)) continue;
      await this.sealFor(guestId, epoch);
    }
  }

  /** Asks for the secrets of links by which guests wait or are in, and which nobody has told. */
  async askForLinks(): Promise<void> {
    const { guests, links, roomId, participants } = this.parts;
    const own = this.parts.ownIdentity();
    const near = participants()
      .filter((one) => isMember(one) && one.epochs && one.identity !== own)
      .map(({ userId = '', deviceId = '' }) => ({ userId, deviceId }));
    for (const { key_offer: offer } of guests()) {
      const linkId = offer === undefined ? undefined : linkOfOffer(offer);
      if (offer === undefined || linkId === undefined) continue;
      if ((await proveOffer(offer, linkId, await links.candidates(linkId))) !== undefined) continue;
      await links.want(roomId, linkId, near);
    }
  }

  private async sealFor(guestId: string, epoch: Epoch): Promise<void> {
    const offer = this.parts.guests().find((guest) => guest.guest_id === guestId)?.key_offer;
    const linkId = offer === undefined ? undefined : linkOfOffer(offer);
    if (offer === undefined || linkId === undefined) return;
    const proved = await proveOffer(offer, linkId, await this.parts.links.candidates(linkId));
    if (proved === undefined) return;
    try {
      await this.parts.api.sendKeys(guestId, await sealEpoch(epoch, proved.key, linkId, proved.secret));
      this.sealedFor.set(guestId, epoch.number);
    } catch (thrown) {
      // One who is just going must not keep the others waiting; who is still there is tried again.
      console.warn('A guest gets the key later.', thrown instanceof Error ? thrown.message : thrown);
    }
  }
}
