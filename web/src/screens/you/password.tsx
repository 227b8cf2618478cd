import { useRef, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CheckRow } from '../../ui/choice.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { MatrixError } from '../../matrix/door.ts';
import { client } from '../../models/client.ts';
import { errorWords } from '../../models/error-words.ts';
import { tell } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';
import { Page } from './page.tsx';

/** What did not work, and in which field. */
interface Problem {
  readonly of: 'current' | 'next';
  readonly words: string | undefined;
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof MatrixError)) return { of: 'next', words: errorWords(error, say) };
  // The server answers a wrong password by asking for it again.
  if (error.status === 401 || error.status === 403)
    return { of: 'current', words: say('currentPasswordWrong') };
  return { of: error.status === 429 ? 'current' : 'next', words: errorWords(error, say) };
}

/** So that a password manager knows whose password it keeps. */
function Whose() {
  const userId = client.session.value?.userId ?? '';
  return <input type="text" autoComplete="username" value={userId} readOnly hidden />;
}

/** A new password in place of the old one. */
export function PasswordPage() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [signOutOthers, setSignOutOthers] = useState(true);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const currentField = useRef<HTMLInputElement>(null);
  const short = next !== '' && next.length < 8;
  const wrong = (of: Problem['of']) => (problem?.of === of ? problem.words : undefined);
  const change = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await client.account.changePassword(current, next, { signOutOthers });
      tell(say('passwordChanged'));
      navigate(paths.you);
    } catch (error) {
      const found = problemOf(error);
      setProblem(found);
      if (found.of === 'current') currentField.current?.focus();
    }
    setBusy(false);
  };
  return (
    <Page title={say('changePassword')}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (current !== '' && next.length >= 8 && !busy) void change();
        }}
      >
        <Whose />
        <PasswordField
          label={say('currentPassword')}
          value={current}
          input={currentField}
          autoComplete="current-password"
          state={wrong('current') ? 'wrong' : undefined}
          hint={wrong('current')}
          onValue={(value) => {
            setCurrent(value);
            setProblem(undefined);
          }}
          show={say('showPassword')}
          hide={say('hidePassword')}
        />
        <PasswordField
          label={say('newPassword')}
          value={next}
          autoComplete="new-password"
          hint={wrong('next') ?? say(short ? 'passwordShort' : 'passwordAdvice')}
          state={short || wrong('next') ? 'wrong' : undefined}
          onValue={(value) => {
            setNext(value);
            setProblem(undefined);
          }}
          show={say('showPassword')}
          hide={say('hidePassword')}
        />
        <Card>
          <CheckRow
            title={say('signOutOthers')}
            detail={say('signOutOthersDetail')}
            checked={signOutOthers}
            onChecked={setSignOutOthers}
          />
        </Card>
        <Button kind="primary" submit busy={busy} disabled={current === '' || next.length < 8}>
          {say('changePassword')}
        </Button>
      </form>
    </Page>
  );
}
