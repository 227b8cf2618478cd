import type { RoomVersion } from './room-version.ts';
import { v11 } from './v11.ts';

/**
 * Version 12: the room id is the hash of the create event, creators have infinite power, and state resolution v2.1
 * starts from nothing. https://spec.matrix.org/v1.19/rooms/v12/
 */
export const v12: RoomVersion = Object.freeze({
  ...v11,
  id: '12',
  creatorsInfinite: true,
  roomIdIsHash: true,
  stateResolution: 'v2.1',
  rulesAbsent: Object.freeze(['1.4', '3.4']),
});
