import {
  authorise,
  checkAuthEvents,
  receiveEvent,
  resolveState,
  roomVersion,
  type RoomVersion,
} from '@majlis/protocol';

/** The rules of Matrix as a server runs them; planted bugs replace one of them. */
export interface Rules {
  receiveEvent: typeof receiveEvent;
  checkAuthEvents: typeof checkAuthEvents;
  authorise: typeof authorise;
  resolveState: typeof resolveState;
  /** Is the state of a rejected event left out, as it must be? */
  rejectedStateCounts: boolean;
  version: (version: RoomVersion) => RoomVersion;
}

export const trueRules: Rules = {
  receiveEvent,
  checkAuthEvents,
  authorise,
  resolveState,
  rejectedStateCounts: false,
  version: (version) => version,
};

/** The rules of a version that the simulation knows exists. */
export function knownVersion(id: string): RoomVersion {
  const version = roomVersion(id);
  if (version === undefined) throw new RangeError(`there is no room version ${id}`);
  return version;
}
