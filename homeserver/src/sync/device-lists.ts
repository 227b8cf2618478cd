import type { SyncParts } from './parts.ts';

/** Whose devices a client has to look at again (Client-Server API, "Tracking the device list for a user"). */
export interface DeviceListDelta {
  readonly changed: string[];
  readonly left: string[];
}

/** Somebody came into a room of the user's, or went. */
export interface MemberChange {
  readonly userId: string;
  readonly joined: boolean;
}

/**
 * @param memberChanges membership changes in the user's rooms since `after`
 * @param joinedRoomNids rooms that the user joined since `after`
 */
export async function deviceListDelta(
  parts: SyncParts,
  userId: string,
  range: { after: number; upTo: number },
  memberChanges: readonly MemberChange[],
  joinedRoomNids: readonly number[],
): Promise<DeviceListDelta> {
  const candidates = new Set<string>();
  if (parts.changes.deviceListsSince(range.after)) {
    for (const changed of await parts.storage.encryption.deviceListChanges(range.after, range.upTo)) {
      candidates.add(changed);
    }
  }
  const gone = new Set<string>();
  for (const change of memberChanges) {
    if (change.userId === userId) continue;
    if (change.joined) candidates.add(change.userId);
    else gone.add(change.userId);
  }
  for (const room of (await parts.rooms.byNids(joinedRoomNids)).values()) {
    for (const member of room.joined) candidates.add(member);
  }
  const all = [...new Set([...candidates, ...gone])].filter((other) => other !== userId);
  const sharing = new Set(await parts.storage.rooms.sharing(userId, all));
  if (candidates.has(userId)) sharing.add(userId);
  return {
    changed: [...candidates].filter((candidate) => sharing.has(candidate)),
    left: [...gone].filter((other) => !sharing.has(other)),
  };
}
