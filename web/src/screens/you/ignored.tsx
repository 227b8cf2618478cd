import { useState } from 'preact/hooks';
import { EmptyState } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Handle } from '../../ui/handle.tsx';
import { Item } from '../../ui/row.tsx';
import { client } from '../../models/client.ts';
import { useIgnoredPeople } from '../../models/ignored-people.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { PersonFace } from '../faces.tsx';
import { focusPane } from '../page-facts.ts';
import { Page } from './page.tsx';
import type { Person } from '../../matrix/door.ts';

/** Everybody whom the user ignores, and the way back for each. */
export function IgnoredPage() {
  const people = useIgnoredPeople();
  const [chosen, setChosen] = useState<Person>();
  return (
    <Page title={say('ignoredPeople')}>
      {people.length === 0 ? (
        <EmptyState title={say('nobodyIgnored')} detail={say('nobodyIgnoredDetail')} boxed />
      ) : (
        <>
          <p class="t-small ink-2">{say('ignoredIntro')}</p>
          <Card>
            <ul aria-label={say('ignoredPeople')}>
              {people.map((person) => (
                <li key={person.userId}>
                  <Item
                    start={<PersonFace person={person} size={40} />}
                    title={<bdi>{person.name}</bdi>}
                    detail={<Handle text={person.userId} />}
                    chevron
                    onClick={() => setChosen(person)}
                  />
                </li>
              ))}
            </ul>
          </Card>
        </>
      )}
      {chosen && <HearDialog person={chosen} onClose={() => setChosen(undefined)} />}
    </Page>
  );
}

/** Says what comes back before it does. */
function HearDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { userId, name } = person;
  const hear = async () => {
    onClose();
    if (!(await attempt(() => client.people.setIgnored(userId, false)))) return;
    // The row that was pressed is gone.
    focusPane('.pane-main');
    tell(say('shownAgain', { name }));
  };
  return (
    <Dialog
      title={say('stopIgnoringQuestion', { name })}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('close')}
          </Button>
          <Button kind="primary" onClick={() => void hear()}>
            {say('stopIgnoring')}
          </Button>
        </>
      }
    >
      {say('stopIgnoringDetail')}
    </Dialog>
  );
}
