import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { say } from '../../words/words.ts';

const asked = signal<((password: string | undefined) => void) | undefined>(undefined);

/** Asks for the password once more; undefined when the user gives up. */
export function askPassword(): Promise<string | undefined> {
  asked.value?.(undefined);
  return new Promise((resolve) => {
    asked.value = (password) => {
      asked.value = undefined;
      resolve(password);
    };
  });
}

/** Where the question appears. */
export function PasswordDialog() {
  return asked.value ? <Asking answer={asked.value} /> : null;
}

function Asking({ answer }: { answer: (password: string | undefined) => void }) {
  const [password, setPassword] = useState('');
  return (
    <Dialog
      title={say('passwordAgain')}
      onClose={() => answer(undefined)}
      buttons={
        <>
          <Button kind="quiet" onClick={() => answer(undefined)}>
            {say('cancel')}
          </Button>
          <Button kind="primary" disabled={password === ''} onClick={() => answer(password)}>
            {say('confirm')}
          </Button>
        </>
      }
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (password !== '') answer(password);
        }}
      >
        <p>{say('passwordAgainDetail')}</p>
        <PasswordField
          label={say('password')}
          value={password}
          autoComplete="current-password"
          onValue={setPassword}
          show={say('showPassword')}
          hide={say('hidePassword')}
        />
      </form>
    </Dialog>
  );
}
