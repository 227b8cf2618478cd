import { Track } from 'livekit-client';
import type { Participant as LivekitParticipant, Room } from 'livekit-client';
import type { LobbyGuest } from '@majlis/protocol';
import type { LobbyRequest } from './door.ts';
import type { Participant } from './epochs.ts';

/** Somebody in the call, by what the server says of them in attributes that it has signed. */
export function participantOf(one: LivekitParticipant): Participant {
  const { user_id: userId, device_id: deviceId, guest_id: guestId } = one.attributes;
  return {
    identity: one.identity,
    joinedAt: one.joinedAt?.getTime() ?? 0,
    epochs: sharesEpochs(one),
    stay: one.sid,
    ...(userId === undefined ? {} : { userId }),
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(guestId === undefined ? {} : { guestId }),
  };
}

/** Everybody but members in Element Call, whom the server lets in without this mark. */
export function sharesEpochs({ attributes }: LivekitParticipant): boolean {
  return attributes['keys'] === 'epochs' || attributes['user_id'] === undefined;
}

/** Fetches the pictures of the others' cameras, or no more. */
export function takePictures({ remoteParticipants }: Room, wanted: boolean): void {
  for (const { videoTrackPublications } of remoteParticipants.values()) {
    for (const publication of videoTrackPublications.values()) {
      if (publication.source === Track.Source.Camera) publication.setSubscribed(wanted);
    }
  }
}

/** The guests who wait. @param hasProved whether a guest has proved to hold the whole link */
export function requestsOf(
  guests: readonly LobbyGuest[],
  hasProved: (guestId: string) => boolean,
): LobbyRequest[] {
  return guests
    .filter((guest) => guest.state === 'waiting')
    .map(({ guest_id: id, name }) => ({ id, name, avatarId: id, hasKey: hasProved(id) }));
}
