import type { CallPerson } from '../calls/door.ts';

/** The most people of one page of the grid: 3 by 2. */
export const pageSize = 6;

/** The people of one page, and how many pages there are. Others come first; the own face closes the last page. */
export function gridPage(
  people: readonly CallPerson[],
  page: number,
): { readonly people: readonly CallPerson[]; readonly page: number; readonly pages: number } {
  const ordered = [...people.filter((person) => !person.own), ...people.filter((person) => person.own)];
  const pages = Math.max(1, Math.ceil(ordered.length / pageSize));
  const at = Math.min(Math.max(0, page), pages - 1);
  return { people: ordered.slice(at * pageSize, (at + 1) * pageSize), page: at, pages };
}

/** Who stands in front: a shared screen, else the speaker, else the first of the others, else the own person. */
export function inFront(people: readonly CallPerson[], speaker: string | undefined): CallPerson | undefined {
  return (
    people.find((person) => person.sharing && person.screen) ??
    people.find((person) => person.id === speaker) ??
    people.find((person) => !person.own) ??
    people[0]
  );
}

/** The last rates as shares of the largest, for a line. */
export function shares(rates: readonly number[]): readonly number[] {
  const largest = Math.max(1, ...rates);
  return rates.map((rate) => rate / largest);
}
