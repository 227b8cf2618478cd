import type { Crypto } from '../crypto/crypto.ts';
import type { Pdu } from '../events/pdu.ts';
import type { RoomVersion } from '../room-versions/room-version.ts';
import type { StateLookup } from './decision.ts';

/** What the rules look at. The event has passed `checkEventFormat`, or it is rejected for what is missing. */
export interface Question {
  readonly event: Pdu;
  readonly roomId: string;
  readonly state: StateLookup;
  readonly version: RoomVersion;
  /** Checks the signatures of third-party invites; without it they are rejected. */
  readonly crypto?: Pick<Crypto, 'verify'> | undefined;
}
