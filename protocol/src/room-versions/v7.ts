import type { RoomVersion } from './room-version.ts';
import { v6 } from './v6.ts';

/** Version 7: knocking. https://spec.matrix.org/v1.19/rooms/v7/ */
export const v7: RoomVersion = Object.freeze({
  ...v6,
  id: '7',
  knocking: true,
  rulesAbsent: Object.freeze(v6.rulesAbsent.filter((rule) => rule !== '5.7')),
});
