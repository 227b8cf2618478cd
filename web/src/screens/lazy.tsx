import { useEffect, useState } from 'preact/hooks';
import { say } from '../words/words.ts';
import { Button } from '../ui/button.tsx';
import { ErrorState } from '../ui/blank.tsx';
import { Waiting } from '../ui/status.tsx';
import type { FunctionComponent } from 'preact';

/** A screen that is fetched when it is first shown, or earlier by `preload`. */
export type LazyScreen<Props> = FunctionComponent<Props> & { readonly preload: () => void };

/** A screen whose code is fetched when it is first shown. Without a network it says so and can be tried again. */
export function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>): LazyScreen<Props> {
  let loaded: FunctionComponent<Props> | undefined;
  function Lazy(props: Props) {
    const [Screen, setScreen] = useState<FunctionComponent<Props> | undefined>(() => loaded);
    const [failed, setFailed] = useState(false);
    const [attempt, setAttempt] = useState(0);
    useEffect(() => {
      // Not `loaded`: a preload may have ended since this was rendered, and then nobody else would show the screen.
      if (Screen) return undefined;
      let gone = false;
      load().then(
        (screen) => {
          loaded = screen;
          if (!gone) setScreen(() => screen);
        },
        () => {
          if (!gone) setFailed(true);
        },
      );
      return () => {
        gone = true;
      };
    }, [attempt]);
    if (Screen) return <Screen {...props} />;
    if (!failed) return <Waiting words={say('loading')} />;
    const again = () => {
      setFailed(false);
      setAttempt(attempt + 1);
    };
    return (
      <ErrorState
        tall
        title={say('somethingBroke')}
        detail={say('noConnectionTry')}
        actions={
          <Button kind="quiet" icon="retry" onClick={again}>
            {say('retry')}
          </Button>
        }
      />
    );
  }
  return Object.assign(Lazy, {
    preload: () => {
      // A failure shows when the screen is wanted.
      load().then(
        (screen) => {
          loaded = screen;
        },
        () => undefined,
      );
    },
  });
}
