import {
  CollectStrategy,
  DecryptionErrorCode,
  DecryptionSettings,
  EncryptionSettings,
  HistoryVisibility,
  MegolmDecryptionError,
  ShieldStateCode,
  TrustRequirement,
  UserId,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type { DecryptedRoomEvent } from '@matrix-org/matrix-sdk-crypto-wasm';
import { isObject } from '../http.ts';
import type { JsonBody } from '../http.ts';
import type { Authenticity } from '../timeline/items.ts';
import type { ClearEvent, DecryptionFailure } from '../timeline/log.ts';
import type { EncryptedRoom } from './engine-contract.ts';

// Between our values and those of the crypto machine.

/** The machine frees ids that are given to it in lists, so each list is made anew. */
export function users(ids: readonly string[]): UserId[] {
  return ids.map((id) => new UserId(id));
}

export function trust(): DecryptionSettings {
  return new DecryptionSettings(TrustRequirement.Untrusted);
}

export function encryptionSettings(room: EncryptedRoom): EncryptionSettings {
  const settings = new EncryptionSettings();
  settings.historyVisibility = {
    invited: HistoryVisibility.Invited,
    joined: HistoryVisibility.Joined,
    shared: HistoryVisibility.Shared,
    world_readable: HistoryVisibility.WorldReadable,
  }[room.historyVisibility];
  if (room.rotateAfterMessages !== undefined)
    settings.rotationPeriodMessages = BigInt(room.rotateAfterMessages);
  // The machine counts microseconds.
  if (room.rotateAfterMs !== undefined) settings.rotationPeriod = BigInt(room.rotateAfterMs * 1000);
  // Refuses to send when a verified person's identity has changed and the user has not seen it.
  settings.sharingStrategy = CollectStrategy.errorOnUnverifiedUserProblem();
  return settings;
}

export function clearEvent(decrypted: DecryptedRoomEvent): ClearEvent {
  const { type, content } = JSON.parse(decrypted.event) as JsonBody;
  if (typeof type !== 'string' || !isObject(content)) {
    return { type: 'm.room.message', content: {}, authenticity: 'mismatchedSender' };
  }
  return { type, content, authenticity: authenticityOf(decrypted) };
}

export function authenticityOf(decrypted: DecryptedRoomEvent): Authenticity {
  switch (decrypted.shieldState(false).code) {
    case ShieldStateCode.UnknownDevice:
      return 'unknownDevice';
    case ShieldStateCode.UnsignedDevice:
      return 'unverifiedDevice';
    case ShieldStateCode.VerificationViolation:
      return 'identityChanged';
    case ShieldStateCode.MismatchedSender:
      return 'mismatchedSender';
    case ShieldStateCode.AuthenticityNotGuaranteed:
      return 'notGuaranteed';
    default:
      return 'ok'; // Nobody has verified this person; that alone is nothing to speak of.
  }
}

export function failureOf(thrown: unknown, beforeThisDevice: boolean): DecryptionFailure {
  if (!(thrown instanceof MegolmDecryptionError)) return 'broken';
  if (thrown.withheldCode !== undefined) return 'withheld';
  const missing =
    thrown.code === DecryptionErrorCode.MissingRoomKey ||
    thrown.code === DecryptionErrorCode.UnknownMessageIndex;
  if (!missing) return 'broken';
  return beforeThisDevice ? 'beforeThisDevice' : 'noKey';
}
