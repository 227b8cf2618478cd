// The one file that knows LiveKit's SDK.
import { AccessToken, RoomServiceClient, TrackSource, WebhookReceiver } from 'livekit-server-sdk';
import { meetingLimits } from '@majlis/protocol';
import type { ParticipantAttributes } from '@majlis/protocol';
import { unavailable } from './http/errors.ts';
import type { MeetingsOptions } from './parts.ts';

export interface Participant {
  readonly identity: string;
  readonly name: string;
  readonly attributes: ParticipantAttributes;
  readonly joinedTs: number;
}

/** What LiveKit tells us of, as far as we act on it. */
export type LivekitNews =
  | { readonly kind: 'joined' | 'left'; readonly room: string; readonly participant: Participant }
  | { readonly kind: 'room-started' | 'room-finished'; readonly room: string }
  | { readonly kind: 'other' };

const empty_timeout_s = 300;
const departure_timeout_s = 20;
const participants_max = 200;

interface RawParticipant {
  readonly identity: string;
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly joinedAt: bigint;
}

function toParticipant(raw: RawParticipant): Participant {
  return {
    identity: raw.identity,
    name: raw.name,
    attributes: raw.attributes as ParticipantAttributes,
    joinedTs: Number(raw.joinedAt) * 1000,
  };
}

/** The media server: rooms, tokens to join them, and moderation, which only this server holds the right to. */
export class Livekit {
  readonly #options: MeetingsOptions;
  readonly #rooms: RoomServiceClient;
  readonly #webhooks: WebhookReceiver;

  constructor(options: MeetingsOptions) {
    this.#options = options;
    this.#rooms = new RoomServiceClient(options.livekitApiUrl, options.livekitKey, options.livekitSecret);
    this.#webhooks = new WebhookReceiver(options.livekitKey, options.livekitSecret);
  }

  /** Rooms exist because the server made them: the SFU makes none by itself. Making one that is there changes nothing. */
  async ensureRoom(room: string): Promise<void> {
    await this.#rooms
      .createRoom({
        name: room,
        emptyTimeout: empty_timeout_s,
        departureTimeout: departure_timeout_s,
        maxParticipants: participants_max,
      })
      .catch(refuseWhileAway);
  }

  /** A token to join and nothing else: no administration, no making of rooms, no change of what the server signed. */
  async token(
    room: string,
    who: { identity: string; name: string; attributes: ParticipantAttributes },
  ): Promise<string> {
    const token = new AccessToken(this.#options.livekitKey, this.#options.livekitSecret, {
      identity: who.identity,
      name: who.name,
      attributes: Object.fromEntries(
        Object.entries(who.attributes).filter(([, value]) => value !== undefined),
      ),
      ttl: meetingLimits.token_ms / 1000,
    });
    token.addGrant({
      roomJoin: true,
      room,
      canPublish: true,
      canSubscribe: true,
      canPublishData: true,
      canUpdateOwnMetadata: false,
      roomCreate: false,
      roomAdmin: false,
    });
    return token.toJwt();
  }

  async participants(room: string): Promise<Participant[]> {
    try {
      return (await this.#rooms.listParticipants(room)).map(toParticipant);
    } catch (error) {
      if (isNotFound(error)) return [];
      return refuseWhileAway(error);
    }
  }

  /** @returns false when nobody of this identity was there. */
  async remove(room: string, identity: string): Promise<boolean> {
    try {
      await this.#rooms.removeParticipant(room, identity);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      return refuseWhileAway(error);
    }
  }

  /** Mutes the microphone of a participant. @returns false when there was none to mute. */
  async mute(room: string, identity: string): Promise<boolean> {
    try {
      const { tracks } = await this.#rooms.getParticipant(room, identity);
      const microphones = tracks.filter((track) => track.source === TrackSource.MICROPHONE && !track.muted);
      for (const track of microphones) await this.#rooms.mutePublishedTrack(room, identity, track.sid, true);
      return microphones.length > 0;
    } catch (error) {
      if (isNotFound(error)) return false;
      return refuseWhileAway(error);
    }
  }

  /** Reads a webhook. @throws when it is not signed with our key. */
  async receive(body: string, authorization: string | undefined): Promise<LivekitNews> {
    const event = await this.#webhooks.receive(body, authorization);
    const room = event.room?.name ?? '';
    if (event.participant !== undefined) {
      const participant = toParticipant(event.participant);
      if (event.event === 'participant_joined') return { kind: 'joined', room, participant };
      if (event.event === 'participant_left') return { kind: 'left', room, participant };
    }
    if (event.event === 'room_started') return { kind: 'room-started', room };
    if (event.event === 'room_finished') return { kind: 'room-finished', room };
    return { kind: 'other' };
  }
}

function isNotFound(error: unknown): boolean {
  const { code, status } = error as { code?: unknown; status?: unknown };
  return code === 'not_found' || status === 404;
}

/** LiveKit that does not answer is no mistake of ours or of who asked. @throws Refusal 503, or the error. */
function refuseWhileAway(error: unknown): never {
  const { status } = error as { status?: unknown };
  const away = error instanceof TypeError || (typeof status === 'number' && status >= 500);
  if (away) throw unavailable('The meeting server does not answer right now; try again shortly');
  throw error;
}
