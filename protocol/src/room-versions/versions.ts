import type { RoomVersion } from './room-version.ts';
import { v10 } from './v10.ts';
import { v11 } from './v11.ts';
import { v12 } from './v12.ts';
import { v6 } from './v6.ts';
import { v7 } from './v7.ts';
import { v8 } from './v8.ts';
import { v9 } from './v9.ts';

const versions: ReadonlyMap<string, RoomVersion> = new Map(
  [v6, v7, v8, v9, v10, v11, v12].map((version) => [version.id, version]),
);

/** The rules of a room version, `6` to `12`; undefined for one we do not speak. */
export function roomVersion(id: string): RoomVersion | undefined {
  return versions.get(id);
}

/** What new rooms get when nobody asks for another version. */
export const defaultRoomVersion = '12';

/** Versions in which we create rooms, in falling age. In 6 to 9 we only take part. */
export const creatableRoomVersions: readonly string[] = Object.freeze(['10', '11', '12']);

/** Every version we can take part in. */
export const knownRoomVersions: readonly string[] = Object.freeze([...versions.keys()]);
