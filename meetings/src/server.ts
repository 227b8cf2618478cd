import type { IncomingMessage, ServerResponse } from 'node:http';
import { Calls } from './calls/calls.ts';
import { elementCallRoutes } from './element-call-routes.ts';
import { guestRoutes } from './guest-routes.ts';
import { KnockLimits } from './http/knock-limits.ts';
import { Routes } from './http/routes.ts';
import { Livekit } from './livekit.ts';
import { Lobby } from './lobby/lobby.ts';
import { memberRoutes } from './member-routes.ts';
import type { MeetingsParts } from './parts.ts';
import { Doorkeeper } from './webhooks/webhooks.ts';

export interface Meetings {
  /** Serves `/_majlis/meetings` and `/livekit/jwt`. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Who may enter which call, over a LiveKit server and the state of rooms. */
export function createMeetings(parts: MeetingsParts): Meetings {
  const livekit = new Livekit(parts.options);
  const calls = new Calls(parts, livekit);
  const lobby = new Lobby(parts);
  const doorkeeper = new Doorkeeper(parts, livekit, calls, lobby);
  const limits = parts.options.rateLimits ? new KnockLimits(parts.clock) : undefined;
  const routes = new Routes(parts.log, parts.options.trustProxy, [
    ...memberRoutes(parts, calls, lobby),
    ...guestRoutes(parts, calls, lobby, limits),
    ...elementCallRoutes(parts, calls),
    doorkeeper.route(),
  ]);
  let unsubscribe = (): void => undefined;
  return {
    handle: (request, response) => routes.handle(request, response),
    async start() {
      await calls.start();
      doorkeeper.start();
      unsubscribe = parts.storage.stream.subscribe((committed) => {
        for (const { change } of committed) {
          if (change.kind !== 'events') continue;
          for (const event of change.events) {
            if (event.type !== 'm.room.member' || event.stateKey === null) continue;
            if (!/"membership":"(leave|ban)"/.test(event.json)) continue;
            void followOut(parts, doorkeeper, event.roomNid, event.stateKey);
          }
        }
      });
    },
    async stop() {
      unsubscribe();
      doorkeeper.stop();
      lobby.close();
    },
  };
}

/** Somebody went or was put out of a room: out of its call as well. */
async function followOut(
  parts: MeetingsParts,
  doorkeeper: Doorkeeper,
  roomNid: number,
  userId: string,
): Promise<void> {
  try {
    const [room] = await parts.storage.rooms.rows([roomNid]);
    if (room !== undefined) await doorkeeper.left(room.roomId, userId);
  } catch (error) {
    parts.log.warn('could not take a member out of a call', { error: String(error) });
  }
}
