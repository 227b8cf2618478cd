import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { PasswordField, TextField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { MatrixError } from '../../matrix/door.ts';
import { client } from '../../models/client.ts';
import { errorWords } from '../../models/error-words.ts';
import { say } from '../../words/words.ts';
import type { ServerFacts } from '../../matrix/door.ts';
import type { WordKey } from '../../words/catalogue.ts';

type NameState = 'unknown' | 'available' | 'taken' | 'invalid';

const nameHints: Readonly<Record<NameState, WordKey | undefined>> = {
  unknown: undefined,
  available: 'usernameFree',
  taken: 'usernameTaken',
  invalid: 'usernameInvalid',
};

/** Asks half a second after the last key whether a name is free. An unanswered question is no obstacle. */
function useNameState(facts: ServerFacts, name: string, wanted: boolean): NameState {
  const [state, setState] = useState<NameState>('unknown');
  useEffect(() => {
    setState('unknown');
    if (!wanted || name === '') return undefined;
    let gone = false;
    const timer = setTimeout(() => {
      client.account.usernameAvailable(facts.url, name).then(
        (answer) => {
          if (!gone) setState(answer);
        },
        () => undefined,
      );
    }, 400);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [name, facts.url, wanted]);
  return state;
}

function signInWords(error: unknown, way: 'new' | 'in'): string | undefined {
  if (error instanceof MatrixError && error.kind === 'server' && error.status !== 429) {
    if (way === 'in' && (error.status === 403 || error.status === 401)) return say('wrongPassword');
    if (way === 'new' && (error.status === 403 || error.status === 401)) return say('invitationWrong');
  }
  return errorWords(error, say);
}

interface Entered {
  readonly name: string;
  readonly password: string;
  readonly token: string;
}

/** Sends the form; what went wrong is told in words. */
function useSubmit(facts: ServerFacts, way: 'new' | 'in') {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const submit = async ({ name, password, token }: Entered) => {
    setBusy(true);
    setProblem(undefined);
    const details = {
      server: facts.url,
      username: name.trim(),
      password,
      deviceName: say('deviceBrowserName'),
    };
    try {
      if (way === 'in') await client.account.signIn(details);
      else await client.account.signUp(token === '' ? details : { ...details, token: token.trim() });
    } catch (error) {
      setProblem(signInWords(error, way));
      setBusy(false);
    }
  };
  return { busy, problem, submit };
}

/** Name and password, for a new account or to come back. */
export function AccountForm({ facts, way }: { facts: ServerFacts; way: 'new' | 'in' }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [token, setToken] = useState('');
  const { busy, problem, submit } = useSubmit(facts, way);
  const registering = way === 'new';
  const nameState = useNameState(facts, name, registering);
  const hint = nameHints[nameState];
  const short = password.length > 0 && password.length < 8;
  const ready = name !== '' && password !== '' && !(registering && (short || nameState === 'taken'));
  if (registering && facts.registration === 'closed')
    return <p class="ink-2 stack">{say('registrationClosed')}</p>;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void submit({ name, password, token });
      }}
    >
      <TextField
        label={say('username')}
        name="username"
        value={name}
        sign="@"
        direction="ltr"
        autoFocus
        autoComplete="username"
        hint={hint && say(hint)}
        state={nameState === 'available' ? 'correct' : hint ? 'wrong' : undefined}
        maxLength={255}
        onValue={(value) => setName(registering ? value.toLowerCase() : value)}
      />
      <PasswordField
        label={say('password')}
        name="password"
        value={password}
        autoComplete={registering ? 'new-password' : 'current-password'}
        hint={registering ? say(short ? 'passwordShort' : 'passwordAdvice') : undefined}
        maxLength={512}
        onValue={setPassword}
        show={say('showPassword')}
        hide={say('hidePassword')}
      />
      {registering && facts.registration === 'token' && (
        <TextField
          label={say('invitationCode')}
          value={token}
          direction="ltr"
          hint={say('invitationCodeHint')}
          onValue={setToken}
        />
      )}
      <FormEnd busy={busy} problem={problem} registering={registering} />
    </form>
  );
}

function FormEnd(props: { busy: boolean; problem: string | undefined; registering: boolean }) {
  const { busy, problem, registering } = props;
  return (
    <>
      {problem && (
        <p class="ink-danger t-small" role="alert">
          {problem}
        </p>
      )}
      {client.status.value === 'expired' && <p class="t-small ink-2">{say('signedOutBefore')}</p>}
      <Button kind="primary" submit wide tall busy={busy}>
        {say(registering ? 'createAccount' : 'signIn')}
      </Button>
      {registering && (
        <p class="promise t-small ink-2">
          <Icon name="shield" size={20} />
          <span>{say('noPhoneNeeded')}</span>
        </p>
      )}
    </>
  );
}
