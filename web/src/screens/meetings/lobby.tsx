import { useEffect, useState } from 'preact/hooks';
import '../../styles/meeting.css';
import '../../styles/lobby.css';
import { Notice } from '../../ui/bubble.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Switch } from '../../ui/choice.tsx';
import { TextField } from '../../ui/field.tsx';
import { Item } from '../../ui/row.tsx';
import { savesData } from '../../platform/online.ts';
import { loadCalls } from '../../models/current-call.ts';
import { attempt, tellError } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { DevicePick } from './device-pick.tsx';
import { LobbyPreview } from './lobby-preview.tsx';
import type { ComponentChildren } from 'preact';
import type { DeviceKind, JoinOptions, Preview } from '../../calls/door.ts';

interface LobbyProps {
  readonly title: string;
  readonly detail: string;
  /** Above the title: a way back, or the mark and the language for guests. */
  readonly head: ComponentChildren;
  readonly face: ComponentChildren;
  /** Guests say who they are. */
  readonly guest?: { readonly name: string; readonly onName: (name: string) => void };
  /** In place of the button: what became of the request. */
  readonly dock?: ComponentChildren;
  readonly onEnter: (options: JoinOptions) => void;
}

/** The devices, and whether the browser has answered about them: nobody should enter with a voice that was not ready. */
function usePreview(): {
  readonly preview: Preview | undefined;
  readonly answered: boolean;
  readonly supported: boolean;
} {
  const [supported, setSupported] = useState(true);
  const [preview, setPreview] = useState<Preview>();
  const [answered, setAnswered] = useState(false);
  useEffect(() => {
    let gone = false;
    let started: Preview | undefined;
    const start = async () => {
      const calls = await loadCalls();
      setSupported(calls.supported);
      if (!calls.supported) return;
      started = await calls.preview({ microphone: true, camera: !savesData() });
      if (gone) started.stop();
      else setPreview(started);
    };
    start()
      .catch(tellError)
      .finally(() => {
        if (!gone) setAnswered(true);
      });
    return () => {
      gone = true;
      started?.stop();
    };
  }, []);
  return { preview, answered, supported };
}

function chosenDevices(preview: Preview | undefined): Partial<Record<DeviceKind, string>> {
  const chosen = preview?.chosen.value ?? {};
  return Object.fromEntries(Object.entries(chosen).filter(([, id]) => id !== undefined));
}

/** Before a meeting: how one looks and sounds, which devices, how much data. */
export function Lobby({ title, detail, head, face, guest, dock, onEnter }: LobbyProps) {
  const { preview, answered, supported } = usePreview();
  const [audioOnly, setAudioOnly] = useState(savesData());
  const [nameless, setNameless] = useState(false);
  const enter = () => {
    if (guest && guest.name.trim() === '') {
      setNameless(true);
      return;
    }
    onEnter({
      microphone: preview?.microphone.value ?? false,
      camera: !audioOnly && (preview?.camera.value ?? false),
      audioOnly,
      devices: chosenDevices(preview),
    });
  };
  return (
    <div class="lobby">
      {head}
      <main class="scroll">
        <div class="lobby-page stack">
          <div>
            <h1 class="t-title aligned" dir="auto">
              {title}
            </h1>
            <p class="t-small ink-2">{detail}</p>
          </div>
          {!supported && <Notice title={say('meetingUnsupported')} />}
          <LobbyPreview preview={preview} audioOnly={audioOnly} face={face} />
          {guest && (
            <TextField
              label={say('yourNameThere')}
              value={guest.name}
              maxLength={100}
              autoComplete="nickname"
              icon="pencil"
              disabled={dock !== undefined}
              state={nameless && guest.name.trim() === '' ? 'wrong' : undefined}
              hint={nameless && guest.name.trim() === '' ? say('typeName') : undefined}
              onValue={guest.onName}
            />
          )}
          <Card>
            <DevicePick kind="microphone" icon="microphone" preview={preview} />
            {!audioOnly && <DevicePick kind="camera" icon="video" preview={preview} />}
            <DevicePick kind="speaker" icon="volume" preview={preview} />
            <AudioOnly
              on={audioOnly}
              onChange={(on) => {
                setAudioOnly(on);
                void attempt(async () => preview?.setCamera(!on));
              }}
            />
          </Card>
          {guest && <p class="t-small ink-3 lobby-note">{say('guestNote')}</p>}
        </div>
      </main>
      {dock ?? (
        <div class="page-foot lobby-foot">
          <Button kind="primary" wide tall busy={!answered} disabled={!supported} onClick={enter}>
            {say(guest ? 'askToEnter' : 'enter')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Sound alone, with what that saves. */
function AudioOnly({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Item
      icon="leaf"
      title={say('audioOnly')}
      detail={say('audioOnlyDetail', {
        low: say('kilobitsASecond').replace('{amount}', format.value.number(18)),
        high: format.value.number(420),
      })}
      end={<Switch label={say('audioOnly')} checked={on} onChecked={onChange} />}
    />
  );
}
