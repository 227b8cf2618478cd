import { Track } from 'livekit-client';
import type { Participant, Room, TrackPublication } from 'livekit-client';
import { sameValue } from '../matrix/timeline/reuse.ts';
import type { CallPerson, Privacy, Still, VideoSource } from './door.ts';

export interface Known {
  readonly name: string;
  readonly picture?: string;
}

export interface PeopleInput {
  readonly room: Room;
  readonly before: readonly CallPerson[];
  readonly words: ReadonlyMap<string, { readonly epoch: number; readonly hand: boolean }>;
  readonly epoch: number | undefined;
  /** The key has just changed: who had the one before is about to show that they have this one. */
  readonly changing: boolean;
  readonly ownHand: boolean;
  readonly unreadable: (identity: string) => boolean;
  readonly still: (identity: string) => Still | undefined;
  readonly known: (userId: string) => Known | undefined;
}

/** Everybody in the call as screens show them; unchanged people stay the same objects. */
export function peopleOf(input: PeopleInput): readonly CallPerson[] {
  const { room, before } = input;
  const others = [...room.remoteParticipants.values()].sort(
    (a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0),
  );
  const old = new Map(before.map((person) => [person.id, person]));
  return [room.localParticipant, ...others].map((participant) => {
    const person = personOf(participant, input);
    const known = old.get(person.id);
    return known !== undefined && sameValue(known, person) ? known : person;
  });
}

function personOf(participant: Participant, input: PeopleInput): CallPerson {
  const { identity } = participant;
  const own = participant === input.room.localParticipant;
  const { user_id: userId, guest_id: guestId } = participant.attributes;
  const known = userId === undefined ? undefined : input.known(userId);
  const word = input.words.get(identity);
  const has = own ? input.epoch !== undefined : word !== undefined && upToDate(word.epoch, input);
  const still = input.still(identity);
  const video = sourceOf(participant.getTrackPublication(Track.Source.Camera));
  const screen = sourceOf(participant.getTrackPublication(Track.Source.ScreenShare));
  return {
    id: identity,
    ...(userId === undefined ? {} : { userId }),
    name: known?.name ?? participant.name ?? '',
    avatarId: userId ?? guestId ?? identity,
    ...(known?.picture === undefined ? {} : { picture: known.picture }),
    own,
    guest: userId === undefined,
    microphone: participant.isMicrophoneEnabled,
    camera: participant.isCameraEnabled,
    sharing: participant.isScreenShareEnabled,
    hand: own ? input.ownHand : word?.hand === true,
    speaking: participant.isSpeaking,
    level: Math.round(participant.audioLevel * 20) / 20,
    canDecrypt: has,
    unreadable: !own && input.unreadable(identity),
    connection: qualityOf(participant),
    ...(still === undefined ? {} : { still }),
    ...(video === undefined ? {} : { video }),
    ...(screen === undefined ? {} : { screen }),
  };
}

function upToDate(shown: number, { epoch, changing }: PeopleInput): boolean {
  return shown === epoch || (changing && epoch !== undefined && shown === epoch - 1);
}

function qualityOf(participant: Participant): CallPerson['connection'] {
  switch (participant.connectionQuality) {
    case 'excellent':
    case 'good':
      return 'good';
    case 'poor':
      return 'poor';
    case 'lost':
      return 'lost';
    default:
      return 'unknown';
  }
}

const sources = new WeakMap<object, VideoSource>();

/** One source per track, so that a picture is not attached again at every change. */
function sourceOf(publication: TrackPublication | undefined): VideoSource | undefined {
  const track = publication?.videoTrack;
  if (publication === undefined || track === undefined || publication.isMuted) return undefined;
  let source = sources.get(track);
  if (source === undefined) {
    source = {
      attach(element) {
        track.attach(element);
        return () => void track.detach(element);
      },
    };
    sources.set(track, source);
  }
  return source;
}

/** The statement of who can decrypt. */
export function privacyOf(people: readonly CallPerson[], encrypted: boolean): Privacy {
  return {
    encrypted,
    people: people.map(({ id, name, userId, guest, canDecrypt }) => ({
      id,
      name,
      guest,
      canDecrypt,
      ...(userId === undefined ? {} : { userId }),
    })),
  };
}
