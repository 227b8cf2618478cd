import type { StoredEvent } from '@majlis/storage';
import type { RequiredState } from './request.ts';

/** Whether a state event is among what a client asked for. */
export interface StateMatcher {
  readonly matches: (event: StoredEvent) => boolean;
  readonly lazyMembers: boolean;
}

/**
 * Entries are alternatives. Special: beside `["*","*"]` every other entry takes away: of its type only that key remains
 * (MSC4186, unstable dialect).
 */
export function stateMatcher(
  required: readonly RequiredState[],
  userId: string,
  excluded: readonly RequiredState[] = [],
): StateMatcher {
  const everything = required.some(([type, key]) => type === '*' && key === '*');
  const keys = new Map<string, Set<string>>();
  let lazyMembers = false;
  for (const [type, key] of required) {
    if (type === '*' && key === '*') continue;
    if (type === 'm.room.member' && key === '$LAZY') {
      lazyMembers = true;
      if (!everything) continue;
    }
    const set = keys.get(type) ?? new Set();
    keys.set(type, set);
    set.add(key === '$ME' ? userId : key);
  }
  const among = (type: string, key: string): boolean => {
    const set = keys.get(type);
    return set !== undefined && (set.has('*') || set.has(key));
  };
  return {
    lazyMembers,
    matches(event) {
      const key = event.stateKey ?? '';
      const matchesPattern = ([one, other]: RequiredState): boolean =>
        (one === '*' || one === event.type) && (other === '*' || other === key);
      if (excluded.some(matchesPattern)) return false;
      if (everything) return !keys.has(event.type) || among(event.type, key);
      return among(event.type, key) || among('*', key);
    },
  };
}
