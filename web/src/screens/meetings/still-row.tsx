import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icons.tsx';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { useObjectUrl } from './use-object-url.ts';
import type { Call, TakenStill } from '../../calls/door.ts';

/** One still picture instead of a moving one: its cost is said before it is sent, and it can be taken back. */
export function StillRow({ call }: { call: Call }) {
  const [taken, setTaken] = useState<TakenStill>();
  const [taking, setTaking] = useState(false);
  const shown = call.people.value.some((person) => person.own && person.still);
  const take = async () => {
    setTaking(true);
    await attempt(async () => setTaken(await call.takeStill()));
    setTaking(false);
  };
  const press = () => void (shown ? attempt(() => call.removeStill()) : take());
  return (
    <>
      <button type="button" class="still" disabled={taking} onClick={press}>
        <Icon name={shown ? 'close' : 'image'} size={20} />
        <span class="grow">{say(shown ? 'takeStillBack' : 'stillPicture')}</span>
        {!shown && (
          <span class="ink-3">
            {taking ? say('takingStill') : say('stillCost', { size: format.value.size(call.stillAtMost) })}
          </span>
        )}
      </button>
      {taken && <StillDialog taken={taken} onAgain={() => void take()} onClose={() => setTaken(undefined)} />}
    </>
  );
}

function StillDialog(props: { taken: TakenStill; onAgain: () => void; onClose: () => void }) {
  const { taken, onClose } = props;
  const url = useObjectUrl(taken.picture);
  const send = () => {
    onClose();
    void attempt(() => taken.show());
  };
  return (
    <Dialog
      title={say('stillPicture')}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button kind="primary" onClick={send}>
            {say('sendStill', { size: format.value.size(taken.cost) })}
          </Button>
        </>
      }
    >
      <img class="still-picture" src={url} width="160" height="160" alt={say('stillPicture')} />
      <p class="still-again">
        <Button kind="text" onClick={props.onAgain}>
          {say('takeAnother')}
        </Button>
      </p>
      <p>{say('stillDetail')}</p>
    </Dialog>
  );
}
