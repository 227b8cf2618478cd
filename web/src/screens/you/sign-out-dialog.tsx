import { useState } from 'preact/hooks';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { paths } from '../../paths.ts';
import { navigate } from '../../platform/router.ts';
import { client } from '../../models/client.ts';
import { attempt } from '../../models/toasts.ts';
import { say } from '../../words/words.ts';

/** Asks before everything on this device goes, and says what would be lost for good. */
export function SignOutDialog({ onClose }: { onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const { recovery } = client.encryption;
  const unsafe = recovery.value === 'none';
  const queued = client.connection.queued.value;
  const leave = async () => {
    setBusy(true);
    if (await attempt(() => client.account.signOut())) navigate(paths.chats, { replace: true });
    setBusy(false);
  };
  return (
    <Dialog
      title={say('signOutQuestion')}
      onClose={onClose}
      buttons={
        <>
          {unsafe ? (
            <ButtonLink href={paths.recovery}>{say('setUpRecovery')}</ButtonLink>
          ) : (
            <Button kind="quiet" onClick={onClose}>
              {say('stay')}
            </Button>
          )}
          <Button kind="leave" busy={busy} onClick={() => void leave()}>
            {say('signOut')}
          </Button>
        </>
      }
    >
      <p>{say('signOutDetail')}</p>
      {unsafe && <p class="ink-warn">{say('signOutNoRecovery')}</p>}
      {queued > 0 && <p class="ink-warn">{say('signOutQueued', { count: queued })}</p>}
    </Dialog>
  );
}
