import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { MatrixError } from '../../matrix/door.ts';
import { client } from '../../models/client.ts';
import { errorWords } from '../../models/error-words.ts';
import { tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { Page } from './page.tsx';

/** A new password in place of the old one. */
export function PasswordPage() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const short = next !== '' && next.length < 8;
  const change = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await client.account.changePassword(current, next);
      tell(say('passwordChanged'));
      navigate(paths.you);
    } catch (error) {
      const wrong = error instanceof MatrixError && (error.status === 401 || error.status === 403);
      setProblem(wrong ? say('wrongPassword') : errorWords(error, say));
    }
    setBusy(false);
  };
  return (
    <Page title={say('changePassword')}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void change();
        }}
      >
        <PasswordField
          label={say('currentPassword')}
          value={current}
          autoComplete="current-password"
          state={problem ? 'wrong' : undefined}
          hint={problem}
          onValue={setCurrent}
          show={say('showPassword')}
          hide={say('hidePassword')}
        />
        <PasswordField
          label={say('newPassword')}
          value={next}
          autoComplete="new-password"
          hint={say(short ? 'passwordShort' : 'passwordAdvice')}
          state={short ? 'wrong' : undefined}
          onValue={setNext}
          show={say('showPassword')}
          hide={say('hidePassword')}
        />
        <Button kind="primary" submit busy={busy} disabled={current === '' || next.length < 8}>
          {say('changePassword')}
        </Button>
      </form>
    </Page>
  );
}
