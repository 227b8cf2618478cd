import { useEffect, useState } from 'preact/hooks';
import { MatrixError } from '../matrix/door.ts';
import { language } from '../words/words.ts';
import { client } from './client.ts';
import { localpart } from './user-id.ts';
import type { Person } from '../matrix/door.ts';

/** Everybody whom the user ignores, by name. Whom no chat knows, the server is asked about. */
export function useIgnoredPeople(): readonly Person[] {
  const ids = client.people.ignored.value;
  const [told, setTold] = useState<ReadonlyMap<string, Person>>(new Map());
  useEffect(() => {
    let gone = false;
    const strangers = [...ids].filter((userId) => !told.has(userId) && !client.people.met(userId));
    const tell = (person: Person) => {
      if (!gone) setTold((before) => new Map(before).set(person.userId, person));
    };
    void askAbout(strangers, tell, () => gone);
    return () => {
      gone = true;
    };
  }, [ids]);
  const people = [...ids].map(
    (userId) => client.people.met(userId) ?? told.get(userId) ?? { userId, name: localpart(userId) },
  );
  return people.sort((one, other) => one.name.localeCompare(other.name, language.value));
}

/** One after another: the list can be long, and the line thin. */
async function askAbout(
  userIds: readonly string[],
  tell: (person: Person) => void,
  over: () => boolean,
): Promise<void> {
  for (const userId of userIds) {
    if (over()) return;
    try {
      tell(await client.people.profile(userId));
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      // Of one person the server may know nothing; without a network nobody else need be asked about.
      if (error.kind !== 'server') return;
    }
  }
}
