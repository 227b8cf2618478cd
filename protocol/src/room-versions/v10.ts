import type { RoomVersion } from './room-version.ts';
import { v9 } from './v9.ts';

/** Version 10: power levels are integers; `knock_restricted`. https://spec.matrix.org/v1.19/rooms/v10/ */
export const v10: RoomVersion = Object.freeze({
  ...v9,
  id: '10',
  knockRestricted: true,
  integerPowerLevels: true,
  rulesAbsent: Object.freeze(v9.rulesAbsent.filter((rule) => rule !== '10.1' && rule !== '10.2')),
});
