import { useState } from 'preact/hooks';
import { Header } from '../../ui/bar.tsx';
import { Handle } from '../../ui/handle.tsx';
import { EmptyState } from '../../ui/blank.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { SearchField, TextField } from '../../ui/field.tsx';
import { Item } from '../../ui/row.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { usePeopleSearch } from '../../models/people-search.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { PersonFace } from '../faces.tsx';
import { PeopleList } from './people-list.tsx';
import type { Person } from '../../matrix/door.ts';

/** A new chat with one person, or a new group. */
export function NewPane({ group }: { group: boolean }) {
  return group ? <NewGroup /> : <NewChat />;
}

function NewChat() {
  const [term, setTerm] = useState('');
  const [busy, setBusy] = useState(false);
  const found = usePeopleSearch(term);
  const start = async (userId: string) => {
    if (busy) return;
    setBusy(true);
    await attempt(async () =>
      navigate(paths.room(await client.rooms.startDirect(userId)), { replace: true }),
    );
    setBusy(false);
  };
  return (
    <>
      <Header back={{ href: paths.chats, label: say('back') }} title={say('newChat')} />
      <PeopleSearch term={term} onTerm={setTerm} />
      <div class="scroll">
        <Item icon="people" title={say('newGroup')} href={paths.newGroup} chevron />
        <PeopleList people={found.people} onPick={(person) => void start(person.userId)} />
        {found.typed && (
          <Item
            icon="person-add"
            title={say('startChatWith', { user: found.typed })}
            onClick={() => void start(found.typed ?? '')}
          />
        )}
        {term === '' && <EmptyState title={say('newChat')} detail={say('searchPeopleDetail')} />}
      </div>
    </>
  );
}

function PeopleSearch({ term, onTerm }: { term: string; onTerm: (term: string) => void }) {
  return (
    <div class="list-search">
      <SearchField
        label={say('newChatHint')}
        placeholder={say('newChatHint')}
        value={term}
        clear={say('clearSearch')}
        autoFocus
        onValue={onTerm}
      />
    </div>
  );
}

function NewGroup() {
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [term, setTerm] = useState('');
  const [added, setAdded] = useState<readonly Person[]>([]);
  const [busy, setBusy] = useState(false);
  const found = usePeopleSearch(term);
  const add = (person: Person) => {
    setTerm('');
    if (!added.some((one) => one.userId === person.userId)) setAdded([...added, person]);
  };
  const create = async () => {
    setBusy(true);
    await attempt(async () => {
      const roomId = await client.rooms.createGroup({
        name: name.trim(),
        invite: added.map((person) => person.userId),
        ...(topic.trim() === '' ? {} : { topic: topic.trim() }),
      });
      navigate(paths.room(roomId), { replace: true });
    });
    setBusy(false);
  };
  return (
    <form
      class="pane"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') void create();
      }}
    >
      <Header back={{ href: paths.new, label: say('back') }} title={say('newGroup')} />
      <div class="scroll page stack">
        <TextField label={say('groupName')} value={name} maxLength={100} autoFocus onValue={setName} />
        <TextField label={say('groupTopic')} value={topic} maxLength={500} onValue={setTopic} />
        <div class="stack-small page-rows">
          <h2 class="t-label bold">{say('addPeople')}</h2>
          <PeopleSearchBare term={term} onTerm={setTerm} />
          <PeopleList people={found.people} onPick={add} />
          {found.typed && (
            <Item
              icon="person-add"
              title={<Handle text={found.typed} />}
              onClick={() => add({ userId: found.typed ?? '', name: found.typed ?? '' })}
            />
          )}
        </div>
        {added.length > 0 && (
          <Added people={added} onRemove={(id) => setAdded(added.filter((p) => p.userId !== id))} />
        )}
      </div>
      <div class="page-foot">
        <Button kind="primary" submit wide tall busy={busy} disabled={name.trim() === ''}>
          {say('createGroup')}
        </Button>
      </div>
    </form>
  );
}

function PeopleSearchBare({ term, onTerm }: { term: string; onTerm: (term: string) => void }) {
  return (
    <SearchField
      label={say('addPeople')}
      placeholder={say('newChatHint')}
      value={term}
      clear={say('clearSearch')}
      onValue={onTerm}
    />
  );
}

function Added({ people, onRemove }: { people: readonly Person[]; onRemove: (userId: string) => void }) {
  return (
    <div class="page-rows">
      <h2 class="t-label bold">{say('added')}</h2>
      <ul>
        {people.map((person) => (
          <li key={person.userId}>
            <Item
              short
              start={<PersonFace person={person} size={32} />}
              title={<bdi>{person.name}</bdi>}
              end={
                <IconButton
                  icon="close"
                  size={18}
                  label={say('removePerson', { name: person.name })}
                  onClick={() => onRemove(person.userId)}
                />
              }
            />
          </li>
        ))}
      </ul>
    </div>
  );
}
