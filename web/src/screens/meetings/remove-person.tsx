import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import type { Call, CallPerson } from '../../calls/door.ts';

interface RemovePersonProps {
  readonly call: Call;
  readonly person: CallPerson;
  readonly onClose: () => void;
  /** After they were put out: their row is about to go. */
  readonly onGone: () => void;
}

/** Asks before somebody is put out of a meeting. */
export function RemovePerson({ call, person, onClose, onGone }: RemovePersonProps) {
  const remove = async () => {
    onClose();
    if (await attempt(() => call.remove(person.id))) onGone();
  };
  return (
    <Dialog
      title={say('removeFromCallQuestion', { name: person.name })}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button kind="leave" onClick={() => void remove()}>
            {say('remove')}
          </Button>
        </>
      }
    >
      {say(person.guest ? 'removeGuestDetail' : 'removeFromCallDetail')}
    </Dialog>
  );
}
