import { useEffect, useState } from 'preact/hooks';
import { ErrorState } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/choice.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Mark } from '../../ui/star.tsx';
import { Waiting } from '../../ui/status.tsx';
import { languages } from '../../platform/locale.ts';
import { client } from '../../models/client.ts';
import { chooseToSpeak, language, say } from '../../words/words.ts';
import { AccountForm } from './account-form.tsx';
import { ServerForm } from './server-form.tsx';
import type { ServerFacts } from '../../matrix/door.ts';

type Found =
  | { readonly is: 'looking' }
  | { readonly is: 'lost' }
  | { readonly is: 'found'; readonly facts: ServerFacts };

/** The first screen: server first, then name and password. Nobody is asked for a phone. */
export function SignIn() {
  const [server, setServer] = useState<Found>({ is: 'looking' });
  const [choosing, setChoosing] = useState(false);
  const [way, setWay] = useState<'new' | 'in'>('new');
  const look = async () => {
    try {
      const facts = await client.account.server('');
      setServer({ is: 'found', facts });
      if (facts.registration === 'closed') setWay('in');
    } catch {
      // Nobody answered; there is no more to know, and trying again is offered.
      setServer({ is: 'lost' });
    }
  };
  useEffect(() => {
    if (client.status.value === 'expired') setWay('in');
    void look();
  }, []);
  return (
    <div class="app sign-in">
      <main class="sign-in-main">
        <div class="sign-in-head">
          <Mark size={42} />
          <span class="grow" />
          <button
            type="button"
            class="button button-text sign-in-other"
            onClick={() => setChoosing(!choosing)}
          >
            <span>{say(choosing ? 'cancel' : 'otherServer')}</span>
            {!choosing && <Icon name="forward" size={20} />}
          </button>
        </div>
        {server.is === 'looking' && <Waiting words={say('loading')} />}
        {choosing && <ServerForm />}
        {server.is === 'lost' && !choosing && (
          <ErrorState
            title={say('offline')}
            detail={say('noConnectionTry')}
            actions={
              <Button kind="quiet" icon="retry" onClick={() => void look()}>
                {say('retry')}
              </Button>
            }
          />
        )}
        {server.is === 'found' && !choosing && <Ways facts={server.facts} way={way} onWay={setWay} />}
      </main>
      <Languages />
    </div>
  );
}

type Way = 'new' | 'in';

/** The server's name, and both ways in. */
function Ways({ facts, way, onWay }: { facts: ServerFacts; way: Way; onWay: (way: Way) => void }) {
  return (
    <>
      <h1 class="t-display" dir="auto">
        {say('appName')}
      </h1>
      <p class="t-label ink-2">
        <bdi dir="ltr">{facts.name}</bdi>
      </p>
      <div class="sign-in-ways">
        <Segments
          label={say('signInOrUp')}
          value={way}
          options={[
            { value: 'new', label: say('newAccount') },
            { value: 'in', label: say('signIn') },
          ]}
          onValue={onWay}
        />
      </div>
      <AccountForm key={`${facts.url} ${way}`} facts={facts} way={way} />
    </>
  );
}

/** Five languages, each in its own script, the one on screen marked. */
function Languages() {
  return (
    <nav class="languages" aria-label={say('language')}>
      {languages.map(({ code, name }) => (
        <button
          key={code}
          type="button"
          lang={code}
          class={`language ${language.value === code ? 'language-chosen' : ''}`}
          aria-pressed={language.value === code}
          onClick={() => void chooseToSpeak(code)}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}
