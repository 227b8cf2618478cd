import { useEffect, useState } from 'preact/hooks';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { placesToCheck, plain } from '../../models/phrase.ts';
import { attempt, tell } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import type { RecoverySecret } from '../../matrix/door.ts';

/** Hides when the page loses the reader's eyes. */
function useHiddenWhenAway(): readonly [boolean, (hidden: boolean) => void] {
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    const hide = () => {
      // Printing takes the focus too; the words must then be on the paper.
      if (!matchMedia('print').matches) setHidden(true);
    };
    const hideWhenInvisible = () => {
      if (document.visibilityState === 'hidden') hide();
    };
    addEventListener('blur', hide);
    document.addEventListener('visibilitychange', hideWhenInvisible);
    return () => {
      removeEventListener('blur', hide);
      document.removeEventListener('visibilitychange', hideWhenInvisible);
    };
  }, []);
  return [hidden, setHidden];
}

/** The twelve words, shown once; three of them are asked for before it is done. */
export function PaperCard({ secret, onDone }: { secret: RecoverySecret; onDone: () => void }) {
  const [hidden, setHidden] = useHiddenWhenAway();
  const [checking, setChecking] = useState(false);
  if (checking) return <CheckCard words={secret.words} onBack={() => setChecking(false)} onDone={onDone} />;
  return (
    <>
      <Card pad>
        <div class="row-line paper-head">
          <span class="tile-soft">
            <Icon name="write-down" size={20} />
          </span>
          <h2 class="t-heading grow">{say('twelveWords')}</h2>
          <IconButton icon="print" label={say('printWords')} onClick={() => print()} />
          <IconButton
            icon={hidden ? 'eye' : 'eye-off'}
            label={say(hidden ? 'showWords' : 'hideWords')}
            onClick={() => setHidden(!hidden)}
          />
        </div>
        <ol class={`paper ${hidden ? 'paper-hidden' : ''}`} aria-hidden={hidden}>
          {secret.words.map((word, place) => (
            <li key={place} class="paper-word">
              <span class="t-small ink-3">{format.value.number(place + 1)}</span>
              <bdi class="bold">{hidden ? '••••' : word}</bdi>
            </li>
          ))}
        </ol>
        <p class="t-small ink-2">{say(hidden ? 'wordsHidden' : 'wordsAdvice')}</p>
      </Card>
      <details class="technical t-small">
        <summary class="ink-2">
          <span>{say('technicalKey')}</span>
          <Icon name="down" size={18} />
        </summary>
        <p class="row-line">
          <bdi dir="ltr" class="code grow">
            {secret.key}
          </bdi>
          <IconButton
            icon="copy"
            label={say('copy')}
            onClick={() =>
              void attempt(async () => {
                await navigator.clipboard.writeText(secret.key);
                tell(say('copied'));
              })
            }
          />
        </p>
      </details>
      <Button kind="primary" wide tall onClick={() => setChecking(true)}>
        {say('wordsWritten')}
      </Button>
    </>
  );
}

interface CheckCardProps {
  readonly words: readonly string[];
  readonly onBack: () => void;
  readonly onDone: () => void;
}

/** Three of the twelve, typed from the paper. */
function CheckCard({ words, onBack, onDone }: CheckCardProps) {
  const [places] = useState(() => placesToCheck(words.length, Math.random));
  const [typed, setTyped] = useState<readonly string[]>([]);
  const [tried, setTried] = useState(false);
  const right = (at: number) => plain((typed[at] ?? '').trim()) === plain(words[places[at] ?? 0] ?? '');
  const check = () => {
    setTried(true);
    if (places.every((_, at) => right(at))) onDone();
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      <h2 class="t-heading">{say('checkWords')}</h2>
      <p class="t-small ink-2">{say('checkWordsDetail')}</p>
      {places.map((place, at) => (
        <TextField
          key={place}
          label={say('checkWordNumber', { number: place + 1 })}
          value={typed[at] ?? ''}
          autoFocus={at === 0}
          state={tried && !right(at) ? 'wrong' : right(at) ? 'correct' : undefined}
          hint={tried && !right(at) ? say('checkWrong') : undefined}
          onValue={(value) => {
            const next = [...typed];
            next[at] = value;
            setTyped(next);
            setTried(false);
          }}
        />
      ))}
      <div class="row-line">
        <Button kind="quiet" tall onClick={onBack}>
          {say('back')}
        </Button>
        <Button kind="primary" wide tall submit>
          {say('check')}
        </Button>
      </div>
    </form>
  );
}
