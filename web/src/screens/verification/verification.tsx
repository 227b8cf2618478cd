import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Spinner } from '../../ui/star.tsx';
import { Waiting } from '../../ui/status.tsx';
import { client } from '../../models/client.ts';
import { attempt } from '../../models/toasts.ts';
import { emojiNames } from '../../words/lists.ts';
import { say } from '../../words/words.ts';
import { PersonFace } from '../faces.tsx';
import type { ComponentChildren } from 'preact';
import type { Verification } from '../../matrix/door.ts';
import type { WordKey } from '../../words/catalogue.ts';

function titleOf(verification: Verification): string {
  const { phase, incoming, ownDevices, person } = verification;
  if (phase === 'done') return say('verifyDone');
  if (phase === 'cancelled') return say('verifyCancelled');
  if (phase === 'requested' && incoming) {
    return ownDevices ? say('verifyAsksOwn') : say('verifyAsks', { name: person.name });
  }
  return say(ownDevices ? 'verifyOwnDevice' : 'verifyTitle');
}

function cancelWords(verification: Verification): WordKey | undefined {
  if (verification.cancelCode === 'm.mismatched_sas' || verification.cancelCode === 'm.key_mismatch') {
    return 'verifyMismatched';
  }
  if (verification.cancelCode === 'm.timeout') return 'verifyTimeout';
  return verification.cancelledByUs ? undefined : 'verifyOtherCancelled';
}

/** Comparing seven emoji with another device or another person. */
export function VerificationDialog({ verification }: { verification: Verification }) {
  const { id, phase, incoming } = verification;
  const steps = client.encryption.verification;
  const over = phase === 'done' || phase === 'cancelled';
  const close = () => (over ? steps.dismiss(id) : void attempt(() => steps.cancel(id)));
  return (
    <Dialog
      title={titleOf(verification)}
      wide
      onClose={close}
      buttons={<Answers verification={verification} onClose={close} />}
    >
      <div class="stack verification" aria-live="polite">
        {phase === 'requested' && incoming && (
          <>
            {!verification.ownDevices && <PersonFace person={verification.person} size={64} />}
            <p>{say('verifyAsksDetail')}</p>
          </>
        )}
        {phase === 'requested' && !incoming && (
          <WaitingFor>
            {verification.ownDevices
              ? say('verifyWaitingOwn')
              : say('verifyWaiting', { name: verification.person.name })}
          </WaitingFor>
        )}
        {phase === 'ready' && <WaitingFor>{say('connectingMeeting')}</WaitingFor>}
        {phase === 'compare' && (
          <>
            <p>{say('verifyCompare')}</p>
            <Seven verification={verification} />
          </>
        )}
        {phase === 'confirming' && <WaitingFor>{say('verifyConfirming')}</WaitingFor>}
        {phase === 'done' && <p>{say(verification.ownDevices ? 'verifyDoneOwn' : 'verifyDoneDetail')}</p>}
        {phase === 'cancelled' && <Cancelled verification={verification} />}
      </div>
    </Dialog>
  );
}

function Cancelled({ verification }: { verification: Verification }) {
  const key = cancelWords(verification);
  return key ? <p class={key === 'verifyMismatched' ? 'ink-warn' : ''}>{say(key)}</p> : null;
}

function WaitingFor({ children }: { children: ComponentChildren }) {
  return (
    <p class="row-line">
      <Spinner size={28} />
      <span>{children}</span>
    </p>
  );
}

function Answers({ verification, onClose }: { verification: Verification; onClose: () => void }) {
  const { id, phase, incoming } = verification;
  const steps = client.encryption.verification;
  if (phase === 'compare') {
    return (
      <>
        <Button kind="danger" onClick={() => void attempt(() => steps.mismatch(id))}>
          {say('verifyMismatch')}
        </Button>
        <Button kind="primary" onClick={() => void attempt(() => steps.confirm(id))}>
          {say('verifyMatch')}
        </Button>
      </>
    );
  }
  if (phase === 'requested' && incoming) {
    return (
      <>
        <Button kind="quiet" onClick={onClose}>
          {say('refuse')}
        </Button>
        <Button kind="primary" onClick={() => void attempt(() => steps.accept(id))}>
          {say('accept')}
        </Button>
      </>
    );
  }
  const over = phase === 'done' || phase === 'cancelled';
  return (
    <Button kind={over ? 'primary' : 'quiet'} onClick={onClose}>
      {say(over ? 'done' : 'cancel')}
    </Button>
  );
}

/** The seven, each with its name, so that they can also be read aloud. */
function Seven({ verification }: { verification: Verification }) {
  const [names, setNames] = useState<readonly string[]>();
  useEffect(() => {
    // Without the file the English names of the library must do; while it comes nobody reads names that are about to change.
    emojiNames().then(setNames, () => setNames([]));
  }, []);
  if (!names) return <Waiting words={say('loading')} />;
  return (
    <ol class="seven">
      {verification.emoji?.map((emoji, place) => (
        <li key={place}>
          <span class="seven-symbol" aria-hidden="true">
            {emoji.symbol}
          </span>
          <span class="t-small">{names[emoji.index] ?? emoji.name}</span>
        </li>
      ))}
    </ol>
  );
}
