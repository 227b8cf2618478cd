import { callName } from '../calls/calls.ts';
import type { Calls } from '../calls/calls.ts';
import { roomRights } from '../access/room-rights.ts';
import { Refusal, unauthorized } from '../http/errors.ts';
import type { Route } from '../http/routes.ts';
import type { Livekit, LivekitNews, Participant } from '../livekit.ts';
import type { Lobby } from '../lobby/lobby.ts';
import type { MeetingsParts } from '../parts.ts';

export const webhookPath = '/_majlis/meetings/webhook';
/** Webhooks can be lost: now and then everybody in every call is looked at again. */
const reconcile_ms = 20_000;

/**
 * Keeps those out who have no right to be in: a token that LiveKit renewed outlives every removal, so rights are asked
 * again whenever somebody appears.
 */
export class Doorkeeper {
  readonly #parts: MeetingsParts;
  readonly #livekit: Livekit;
  readonly #calls: Calls;
  readonly #lobby: Lobby;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(parts: MeetingsParts, livekit: Livekit, calls: Calls, lobby: Lobby) {
    this.#parts = parts;
    this.#livekit = livekit;
    this.#calls = calls;
    this.#lobby = lobby;
  }

  /** LiveKit's news, signed with our key. */
  route(): Route {
    return {
      method: 'POST',
      path: webhookPath,
      body: 'text',
      handle: async (call) => {
        const news = await this.#livekit
          .receive(call.text, call.request.headers.authorization)
          .catch(() => undefined);
        if (news === undefined) throw unauthorized('The webhook is not signed with our key');
        await this.#hear(news);
        return {};
      },
    };
  }

  start(): void {
    this.#stopped = false;
    this.#lookRoundLater();
  }

  #lookRoundLater(): void {
    if (this.#stopped) return;
    this.#cancel = this.#parts.scheduler.after(reconcile_ms, () => void this.#reconcile());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Somebody is no longer in the Matrix room: they leave its call too. */
  async left(roomId: string, userId: string): Promise<void> {
    if (this.#calls.roomIdOf(callName(roomId)) === undefined) return;
    await this.#calls.removeEverywhere(roomId, (attributes) => attributes.user_id === userId);
  }

  async #hear(news: LivekitNews): Promise<void> {
    if (news.kind === 'other') return;
    const roomId = this.#calls.roomIdOf(news.room);
    if (roomId === undefined) return;
    if (news.kind === 'joined') {
      await this.#check(roomId, news.participant);
      this.#lobby.changed(roomId);
    }
    if (news.kind === 'left') this.#lobby.changed(roomId);
    if (news.kind === 'room-finished') {
      this.#lobby.ended(roomId);
      await this.#parts.storage.meetings.endMeeting(news.room, roomId);
      this.#calls.forget(news.room);
    }
  }

  async #check(roomId: string, participant: Participant): Promise<void> {
    if (await this.#mayStay(roomId, participant)) return;
    this.#parts.log.info('put a participant out who has no right to be in', {
      identity: participant.identity,
    });
    await this.#livekit.remove(callName(roomId), participant.identity);
  }

  async #mayStay(roomId: string, { attributes }: Participant): Promise<boolean> {
    const { meetings } = this.#parts.storage;
    if (attributes.user_id !== undefined) {
      if (await meetings.isRemoved(roomId, attributes.user_id)) return false;
      return roomRights(this.#parts, roomId, attributes.user_id).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Refusal) return false;
          throw error;
        },
      );
    }
    if (attributes.guest_id === undefined) return false;
    const guest = await meetings.guest(attributes.guest_id);
    return guest?.roomId === roomId && guest.state === 'admitted';
  }

  async #reconcile(): Promise<void> {
    try {
      for (const [call, roomId] of this.#calls.active) {
        for (const participant of await this.#livekit.participants(call))
          await this.#check(roomId, participant);
      }
    } catch (error) {
      this.#parts.log.warn('could not look through the meetings', { error: String(error) });
    }
    this.#lookRoundLater();
  }
}
