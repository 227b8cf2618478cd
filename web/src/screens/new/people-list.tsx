import { Item } from '../../ui/row.tsx';
import { Handle } from '../../ui/handle.tsx';
import { say } from '../../words/words.ts';
import { PersonFace } from '../faces.tsx';
import type { Person } from '../../matrix/door.ts';

/** People to choose from. */
export function PeopleList(props: { people: readonly Person[]; onPick: (person: Person) => void }) {
  return (
    <ul aria-label={say('people')}>
      {props.people.map((person) => (
        <li key={person.userId}>
          <Item
            start={<PersonFace person={person} size={40} />}
            title={<bdi>{person.name}</bdi>}
            detail={<Handle text={person.userId} />}
            onClick={() => props.onPick(person)}
          />
        </li>
      ))}
    </ul>
  );
}
