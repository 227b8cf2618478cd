import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { say } from '../../words/words.ts';

/** Asks for the address of a server. */
export function ServerForm(props: { lost: boolean; onLook: (address: string) => Promise<boolean> }) {
  const [address, setAddress] = useState('');
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(props.lost);
  const look = async () => {
    setBusy(true);
    setFailed(!(await props.onLook(address.trim())));
    setBusy(false);
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void look();
      }}
    >
      <h1 class="t-title">{say('otherServer')}</h1>
      <TextField
        label={say('serverAddress')}
        value={address}
        direction="ltr"
        autoFocus
        hint={say(failed ? 'serverNotFound' : 'serverAddressHint')}
        state={failed ? 'wrong' : undefined}
        onValue={(value) => {
          setAddress(value);
          setFailed(false);
        }}
      />
      <Button kind="primary" submit wide tall busy={busy}>
        {say('find')}
      </Button>
    </form>
  );
}
