import type { JsonObject, PushOutcome } from '@majlis/protocol';
import type { PusherRow, StoredEvent } from '@majlis/storage';
import { parsePdu, textOf } from '../rooms/room.ts';
import type { Room } from '../rooms/room.ts';
import type { Notification } from './gateways.ts';

/** An event that deserves a notice. */
export interface News {
  readonly room: Room;
  readonly event: StoredEvent;
  readonly outcome: PushOutcome;
}

/**
 * What a gateway is handed for one device.
 * @param news undefined: only the number of unread messages.
 */
export function notification(
  pusher: PusherRow,
  data: JsonObject,
  news: News | undefined,
  unread: number,
): Notification {
  return {
    notification: {
      ...(news !== undefined && described(news, pusher.userId, data['format'] === 'event_id_only')),
      counts: unread === 0 && news !== undefined ? {} : { unread },
      devices: [
        {
          app_id: pusher.appId,
          pushkey: pusher.pushkey,
          pushkey_ts: Math.floor(pusher.createdTs / 1000),
          data,
          ...(news !== undefined && { tweaks: tweaksOf(news.outcome) }),
        },
      ],
    },
  };
}

/** What the gateway is told of an event: of an encrypted one, nothing that is in it. */
function described(news: News, userId: string, idOnly: boolean): Record<string, unknown> {
  const { room, event, outcome } = news;
  const quiet = !outcome.highlight && outcome.sound === undefined && event.type !== 'm.room.encrypted';
  const base = { event_id: event.eventId, room_id: room.roomId, prio: quiet ? 'low' : 'high' };
  if (idOnly) return base;
  const name = textOf(room.current('m.room.name', ''), 'name');
  const alias = textOf(room.current('m.room.canonical_alias', ''), 'alias');
  const sender = textOf(room.current('m.room.member', event.sender), 'displayname');
  return {
    ...base,
    type: event.type,
    sender: event.sender,
    ...(sender !== undefined && { sender_display_name: sender }),
    ...(name !== undefined && { room_name: name }),
    ...(alias !== undefined && { room_alias: alias }),
    ...(event.stateKey === userId && { user_is_target: true }),
    content: parsePdu(event).content,
  };
}

function tweaksOf(outcome: PushOutcome): Record<string, unknown> {
  return {
    ...(outcome.sound !== undefined && { sound: outcome.sound }),
    ...(outcome.highlight && { highlight: true }),
  };
}
