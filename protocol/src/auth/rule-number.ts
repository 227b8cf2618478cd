import type { RoomVersion } from '../room-versions/room-version.ts';

/**
 * The number of a rule in the text of a room version. The code knows each rule by its number in the union of all
 * versions, which is version 12 with two rules more: 1.4 "no `creator`" and 3.4 "no create event among the entries".
 * A version says which rules it lacks, and those behind them move up: rule 10.3 of the union is 9.1 in version 6.
 */
export function ruleNumber(version: RoomVersion, rule: string): string {
  const parts = rule.split('.');
  return parts
    .map((part, level) => {
      const prefix = level === 0 ? '' : parts.slice(0, level).join('.') + '.';
      const before = version.rulesAbsent.filter((absent) => {
        const rest = absent.startsWith(prefix) ? absent.slice(prefix.length) : '.';
        return !rest.includes('.') && Number(rest) < Number(part);
      });
      return String(Number(part) - before.length);
    })
    .join('.');
}
