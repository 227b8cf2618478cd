import type { RoomVersion } from './room-version.ts';
import { v10 } from './v10.ts';

const leftUnprotected = new Set(['prev_state', 'origin', 'membership']);

/**
 * Version 11: the sender of the create event is the creator, `redacts` moves into the content, and redaction keeps
 * what it should have kept. https://spec.matrix.org/v1.19/rooms/v11/
 */
export const v11: RoomVersion = Object.freeze({
  ...v10,
  id: '11',
  creator: 'sender',
  redactsIn: 'content',
  redaction: Object.freeze({
    event: new Set([...v10.redaction.event].filter((key) => !leftUnprotected.has(key))),
    content: new Map<string, readonly string[] | 'all'>([
      ...v10.redaction.content,
      ['m.room.create', 'all'],
      [
        'm.room.power_levels',
        [
          'ban',
          'events',
          'events_default',
          'invite',
          'kick',
          'redact',
          'state_default',
          'users',
          'users_default',
        ],
      ],
      ['m.room.redaction', ['redacts']],
    ]),
    thirdPartyInviteSigned: true,
  }),
  rulesAbsent: Object.freeze([...v10.rulesAbsent, '1.4']),
});
