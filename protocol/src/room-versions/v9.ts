import type { RoomVersion } from './room-version.ts';
import { v8 } from './v8.ts';

/** Version 9: a redacted restricted join keeps who vouched for it. https://spec.matrix.org/v1.19/rooms/v9/ */
export const v9: RoomVersion = Object.freeze({
  ...v8,
  id: '9',
  redaction: Object.freeze({
    ...v8.redaction,
    content: new Map([
      ...v8.redaction.content,
      ['m.room.member', ['membership', 'join_authorised_via_users_server']],
    ]),
  }),
});
