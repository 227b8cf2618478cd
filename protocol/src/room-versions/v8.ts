import type { RoomVersion } from './room-version.ts';
import { v7 } from './v7.ts';

/** Version 8: restricted joins; a redacted join rule keeps `allow`. https://spec.matrix.org/v1.19/rooms/v8/ */
export const v8: RoomVersion = Object.freeze({
  ...v7,
  id: '8',
  restrictedJoins: true,
  redaction: Object.freeze({
    ...v7.redaction,
    content: new Map([...v7.redaction.content, ['m.room.join_rules', ['join_rule', 'allow']]]),
  }),
  rulesAbsent: Object.freeze(v7.rulesAbsent.filter((rule) => rule !== '5.2' && rule !== '5.3.5')),
});
