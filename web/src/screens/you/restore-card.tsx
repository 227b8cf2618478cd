import { useState } from 'preact/hooks';
import { AreaField } from '../../ui/field.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Item } from '../../ui/row.tsx';
import { ProgressLine } from '../../ui/status.tsx';
import { MatrixError } from '../../matrix/door.ts';
import { client } from '../../models/client.ts';
import { errorWords } from '../../models/error-words.ts';
import { looksLikeKey, tidyPhrase } from '../../models/phrase.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { allRecoveryWords } from '../../words/lists.ts';
import { format, say } from '../../words/words.ts';
import { askPassword } from './password-dialog.tsx';

/** This device does not have the key yet: words from the paper, another device, or a new beginning. */
export function RestoreCard() {
  const { recovery, backup, verification } = client.encryption;
  const [asking, setAsking] = useState(false);
  const { restoring } = backup.value;
  return (
    <>
      <Card>
        <Item icon="key" title={<b>{say('recoveryLocked')}</b>} detail={say('recoveryLockedDetail')} />
      </Card>
      {restoring ? (
        <ProgressLine
          label={say('opening')}
          amount={say('amountOf', {
            done: format.value.number(restoring.done),
            all: format.value.number(restoring.of),
          })}
          share={restoring.of === 0 ? 0 : restoring.done / restoring.of}
        />
      ) : (
        recovery.value === 'set' && <WordsForm />
      )}
      <Button
        kind="quiet"
        icon="devices"
        wide
        tall
        onClick={() => void attempt(() => verification.startWithOwnDevices())}
      >
        {say('useOtherDevice')}
      </Button>
      <Button kind="text" wide onClick={() => setAsking(true)}>
        {say('forgotWords')}
      </Button>
      {asking && <ResetDialog onClose={() => setAsking(false)} />}
    </>
  );
}

function WordsForm() {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const open = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const phrase = looksLikeKey(text) ? text.trim() : tidyPhrase(text, await allRecoveryWords());
      await client.encryption.recover(phrase);
      tell(say('recovered'));
    } catch (error) {
      const wrong = error instanceof MatrixError && error.kind === 'denied';
      setProblem(wrong ? say('wordsWrong') : errorWords(error, say));
    }
    setBusy(false);
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void open();
      }}
    >
      <AreaField
        label={say('enterWords')}
        value={text}
        rows={3}
        hint={problem ?? say('enterWordsHint')}
        state={problem ? 'wrong' : undefined}
        onValue={setText}
      />
      <Button kind="primary" submit wide tall busy={busy} disabled={text.trim() === ''}>
        {say('openMessages')}
      </Button>
    </form>
  );
}

function ResetDialog({ onClose }: { onClose: () => void }) {
  const reset = async () => {
    onClose();
    await attempt(() => client.encryption.createIdentity(askPassword));
  };
  return (
    <Dialog
      title={say('resetQuestion')}
      onClose={onClose}
      buttons={
        <>
          <Button kind="quiet" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button kind="leave" onClick={() => void reset()}>
            {say('resetIdentity')}
          </Button>
        </>
      }
    >
      {say('resetDetail')}
    </Dialog>
  );
}
