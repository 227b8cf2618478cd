import { useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/blank.tsx';
import { Item } from '../../ui/row.tsx';
import { Waiting } from '../../ui/status.tsx';
import { client } from '../../models/client.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { recoveryWords } from '../../words/lists.ts';
import { say } from '../../words/words.ts';
import { Page } from './page.tsx';
import { PaperCard } from './paper-card.tsx';
import { PasswordDialog, askPassword } from './password-dialog.tsx';
import { RestoreCard } from './restore-card.tsx';
import type { RecoverySecret } from '../../matrix/door.ts';

/** If the phone is lost: twelve words on paper bring the key back. */
export function RecoveryPage() {
  const { encryption } = client;
  const [secret, setSecret] = useState<RecoverySecret>();
  return (
    <Page title={say('recoveryTitle')}>
      <p class="ink-2">{say('recoveryIntro')}</p>
      {encryption.state.value === 'failed' ? (
        <ErrorState title={say('encryptionFailed')} detail="" boxed />
      ) : encryption.state.value !== 'ready' ? (
        <Waiting words={say('encryptionLoading')} />
      ) : secret ? (
        <PaperCard
          secret={secret}
          onDone={() => {
            setSecret(undefined);
            tell(say('recoveryReady'));
          }}
        />
      ) : (
        <Present onSecret={setSecret} />
      )}
      <PasswordDialog />
    </Page>
  );
}

/** What the account has now, and the next step. */
function Present({ onSecret }: { onSecret: (secret: RecoverySecret) => void }) {
  const { identity, recovery, backup } = client.encryption;
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    await attempt(async () => {
      if (identity.value === 'none') await client.encryption.createIdentity(askPassword);
      onSecret(await client.encryption.setUpRecovery(await recoveryWords()));
    });
    setBusy(false);
  };
  if (identity.value === 'elsewhere' || backup.value.is === 'locked') return <RestoreCard />;
  const set = recovery.value === 'set';
  const { restoring, saved, total } = backup.value;
  return (
    <>
      <Card>
        <Item
          icon={set ? 'check' : 'key'}
          title={<b>{say(set ? 'recoveryOn' : 'recoveryOff')}</b>}
          detail={say(set ? 'recoveryOnDetail' : 'recoveryOffDetail')}
        />
        {backup.value.is === 'on' && (
          <Item
            short
            icon="traffic"
            title={
              restoring
                ? say('restoringKeys', { done: restoring.done, of: restoring.of })
                : say('backupSaved', { saved, total })
            }
          />
        )}
      </Card>
      {busy && <p class="t-small ink-2">{say('makingWords')}</p>}
      <Button kind={set ? 'quiet' : 'primary'} wide tall busy={busy} onClick={() => void make()}>
        {say(set ? 'makeNewWords' : 'makeWords')}
      </Button>
    </>
  );
}
