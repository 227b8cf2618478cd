import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { say } from '../../words/words.ts';

/** The origin behind "example.org", "https://example.org/x" or "@name:example.org"; undefined when it is none. */
function originOf(address: string): string | undefined {
  const text = address.trim().replace(/^@[^:]*:/, '');
  if (text === '' || /\s/.test(text)) return undefined;
  try {
    return new URL(/^https?:\/\//.test(text) ? text : `https://${text}`).origin;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * The address of another server; its own Majlis opens there. The app of one server never speaks to another: who runs a
 * server is trusted for the code as well as for the account, and the page's policy allows no other origin.
 */
export function ServerForm() {
  const [address, setAddress] = useState('');
  const [wrong, setWrong] = useState(false);
  const go = () => {
    const origin = originOf(address);
    if (origin === undefined) setWrong(true);
    else location.assign(origin);
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <h1 class="t-display">{say('otherServer')}</h1>
      <TextField
        label={say('serverAddress')}
        value={address}
        direction="ltr"
        autoFocus
        hint={say(wrong ? 'serverNotFound' : 'serverAddressHint')}
        state={wrong ? 'wrong' : undefined}
        onValue={(value) => {
          setAddress(value);
          setWrong(false);
        }}
      />
      <Button kind="primary" submit wide tall>
        {say('open')}
      </Button>
    </form>
  );
}
