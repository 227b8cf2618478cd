import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/blank.tsx';
import { Waiting } from '../ui/status.tsx';
import { client } from '../models/client.ts';
import { attempt } from '../models/toasts.ts';
import { say } from '../words/words.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './later.tsx';

/** What the state of the session asks for. */
export function App() {
  switch (client.status.value) {
    case 'starting':
      return <Waiting words={say('loading')} />;
    case 'signedIn':
      return <Shell />;
    case 'elsewhere':
      return <Elsewhere />;
    case 'signedOut':
    case 'expired':
      return <SignIn />;
  }
}

function Elsewhere() {
  return (
    <main class="app">
      <EmptyState
        tall
        title={say('elsewhereTitle')}
        detail={say('elsewhereDetail')}
        actions={
          <Button kind="primary" onClick={() => void attempt(() => client.account.takeOver())}>
            {say('useHere')}
          </Button>
        }
      />
    </main>
  );
}
