import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { client } from '../../models/client.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { Person } from '../../matrix/door.ts';

/** Says what ignoring somebody does before it is done. */
export function IgnoreDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { userId, name } = person;
  const ignore = () => {
    onClose();
    void attempt(() => client.people.setIgnored(userId, true));
  };
  return (
    <Dialog
      title={say('ignoreQuestion', { name })}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button kind="primary" onClick={ignore}>
            {say('ignorePerson')}
          </Button>
        </>
      }
    >
      {say('ignoreDetail')}
    </Dialog>
  );
}
