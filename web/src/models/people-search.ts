import { useEffect, useState } from 'preact/hooks';
import { client } from './client.ts';
import { userIdOf } from './user-id.ts';
import type { Person } from '../matrix/door.ts';

export interface PeopleSearch {
  readonly people: readonly Person[];
  /** A whole user id made from what was typed, when nobody of that id was found: the user may know better. */
  readonly typed: string | undefined;
}

/** Finds people a moment after the last key. */
export function usePeopleSearch(term: string): PeopleSearch {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const wanted = term.trim();
  useEffect(() => {
    if (wanted === '') {
      setPeople([]);
      return undefined;
    }
    let gone = false;
    const timer = setTimeout(() => {
      client.people.search(wanted).then(
        (found) => {
          if (!gone) setPeople(found);
        },
        // Without an answer the typed name can still be used.
        () => undefined,
      );
    }, 250);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  const typed = userIdOf(wanted, client.session.value?.serverName ?? '');
  const own = client.session.value?.userId;
  const known = typed === undefined || typed === own || people.some((person) => person.userId === typed);
  return { people: people.filter((person) => person.userId !== own), typed: known ? undefined : typed };
}
