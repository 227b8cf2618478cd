import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Handle } from '../../ui/handle.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SearchField } from '../../ui/field.tsx';
import { Item } from '../../ui/row.tsx';
import { usePeopleSearch } from '../../models/people-search.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { PeopleList } from '../new/people-list.tsx';
import type { OpenRoom } from '../../matrix/door.ts';

/** Invites people into a group, one after the other. */
export function InviteDialog({ room, onClose }: { room: OpenRoom; onClose: () => void }) {
  const [term, setTerm] = useState('');
  const found = usePeopleSearch(term);
  const invite = async (userId: string) => {
    setTerm('');
    if (await attempt(() => room.invite(userId))) tell(say('inviteSent'));
  };
  return (
    <Dialog
      title={say('addPeople')}
      onClose={onClose}
      buttons={
        <Button kind="primary" onClick={onClose}>
          {say('done')}
        </Button>
      }
    >
      <SearchField
        label={say('addPeople')}
        placeholder={say('newChatHint')}
        value={term}
        clear={say('clearSearch')}
        autoFocus
        onValue={setTerm}
      />
      <div class="dialog-list">
        <PeopleList people={found.people} onPick={(person) => void invite(person.userId)} />
        {found.typed && (
          <Item
            icon="person-add"
            title={<Handle text={found.typed} />}
            onClick={() => void invite(found.typed ?? '')}
          />
        )}
      </div>
    </Dialog>
  );
}
