import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/blank.tsx';
import { Waiting } from '../ui/status.tsx';
import { Toasts } from '../ui/toast.tsx';
import { route } from '../platform/router.ts';
import { client } from '../models/client.ts';
import { attempt, toasts } from '../models/toasts.ts';
import { say } from '../words/words.ts';
import { Shell } from './shell.tsx';
import { LinkScreen, SignIn } from './later.tsx';

/** What the state of the session asks for. A meeting's link needs no session. */
export function App() {
  const here = route.value;
  switch (client.status.value) {
    case 'starting':
      return <Waiting words={say('loading')} />;
    case 'signedIn':
      return <Shell />;
    case 'elsewhere':
      return <Elsewhere />;
    case 'signedOut':
    case 'expired':
      return here.at === 'link' ? <Guest token={here.token} /> : <SignIn />;
  }
}

function Guest({ token }: { token: string }) {
  return (
    <div class="app">
      <LinkScreen key={token} token={token} />
      <Toasts list={toasts.value} />
    </div>
  );
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
