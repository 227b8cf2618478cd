import { useState } from 'preact/hooks';
import { Header } from '../../ui/bar.tsx';
import { Handle } from '../../ui/handle.tsx';
import { Card } from '../../ui/card.tsx';
import { Item } from '../../ui/row.tsx';
import { paths } from '../../paths.ts';
import { route } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, language, say } from '../../words/words.ts';
import { languages } from '../../platform/locale.ts';
import { PersonFace } from '../faces.tsx';
import { AppearancePage } from './appearance.tsx';
import { DataPage } from './data.tsx';
import { DevicesPage } from './devices.tsx';
import { IgnoredPage } from './ignored.tsx';
import { PasswordPage } from './password.tsx';
import { ProfilePage } from './profile.tsx';
import { RecoveryPage } from './recovery.tsx';
import { SignOutDialog } from './sign-out-dialog.tsx';
import type { Route } from '../../paths.ts';

function recoveryValue(): string {
  const { recovery, identity, backup } = client.encryption;
  if (identity.value === 'elsewhere' || backup.value.is === 'locked') return say('recoveryLocked');
  return recovery.value === 'none' ? say('recoveryOff') : '';
}

type Page = 'profile' | 'recovery' | 'devices' | 'password' | 'ignored' | 'appearance' | 'data';

/** The list of everything that is the user's own. */
export function YouMenu() {
  const [leaving, setLeaving] = useState(false);
  const own = client.people.own.value;
  const { received, sent } = client.connection.traffic.value;
  const ignored = client.people.ignored.value.size;
  const userId = client.session.value?.userId ?? '';
  const here = route.value.at;
  const at = here === 'you' && matchMedia('(min-width: 600px)').matches ? 'profile' : here;
  const page = (name: Page) => ({ href: paths[name], chosen: at === name, chevron: true });
  return (
    <>
      <Header title={say('you')} />
      <div class="scroll page stack">
        {own && (
          <div class="you-head">
            <PersonFace person={own} size={64} />
            <div class="grow">
              <h2 class="t-title clip">
                <bdi>{own.name}</bdi>
              </h2>
              <button
                type="button"
                class="clip t-small ink-3"
                title={say('copy')}
                onClick={() =>
                  void attempt(async () => {
                    await navigator.clipboard.writeText(userId);
                    tell(say('userIdCopied'));
                  })
                }
              >
                <Handle text={userId} />
              </button>
            </div>
          </div>
        )}
        <Card>
          <Item icon="person" title={say('profile')} {...page('profile')} />
          <Item icon="key" title={say('recovery')} detail={recoveryValue()} {...page('recovery')} />
          <Item icon="devices" title={say('devices')} {...page('devices')} />
          <Item icon="shield" title={say('changePassword')} {...page('password')} />
          <Item
            icon="eye-off"
            title={say('ignoredPeople')}
            value={ignored > 0 ? format.value.number(ignored) : undefined}
            {...page('ignored')}
          />
        </Card>
        <Card>
          <Item
            icon="sun"
            title={say('appearance')}
            value={languages.find(({ code }) => code === language.value)?.name}
            {...page('appearance')}
          />
          <Item
            icon="traffic"
            title={say('data')}
            value={format.value.size(received + sent)}
            {...page('data')}
          />
        </Card>
        <Card>
          <Item icon="leave" danger title={say('signOut')} onClick={() => setLeaving(true)} />
        </Card>
      </div>
      {leaving && <SignOutDialog onClose={() => setLeaving(false)} />}
    </>
  );
}

/** One page of it, beside the list on wide screens. */
export function YouPage({ at }: { at: Route['at'] }) {
  switch (at) {
    case 'profile':
      return <ProfilePage />;
    case 'appearance':
      return <AppearancePage />;
    case 'data':
      return <DataPage />;
    case 'devices':
      return <DevicesPage />;
    case 'ignored':
      return <IgnoredPage />;
    case 'recovery':
      return <RecoveryPage />;
    case 'password':
      return <PasswordPage />;
    default:
      // Beside the list on a wide screen there is always a page.
      return <ProfilePage />;
  }
}
