import { useEffect, useState } from 'preact/hooks';
import '../../styles/meeting.css';
import { Button, IconButton } from '../../ui/button.tsx';
import { Chip } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icons.tsx';
import { LinkLine, Sparkline } from '../../ui/meeting.tsx';
import { Waiting } from '../../ui/status.tsx';
import { useAwake } from '../../models/wake-lock.ts';
import { useLasting } from '../../models/lasting.ts';
import { setLowData } from '../../models/low-data.ts';
import { shares } from '../../models/tiles.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { Controls } from './controls.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { PrivacyDialog } from './privacy-dialog.tsx';
import { ChatPanel } from './chat-panel.tsx';
import { Stage } from './stage.tsx';
import type { Side, View } from './arrangement.ts';
import type { Call } from '../../calls/door.ts';

interface InCallProps {
  readonly call: Call;
  readonly title: string;
  /** Absent for guests: they have no chat and cannot look at chats meanwhile. */
  readonly roomId?: string;
  readonly onMinimise?: () => void;
}

/** A meeting that is going on. */
export function InCall({ call, title, roomId, onMinimise }: InCallProps) {
  const [side, setSide] = useState<Side>();
  const [view, setView] = useState<View>('grid');
  const [asking, setAsking] = useState(false);
  useAwake();
  const state = call.state.value;
  if (state === 'connecting') return <Waiting words={say('connectingMeeting')} />;
  const waiting = call.waiting.value;
  return (
    <div class="meeting">
      <Bar
        call={call}
        title={call.title.value || title}
        view={view}
        onView={setView}
        onPrivacy={() => setAsking(true)}
        onMinimise={onMinimise}
      />
      {(state === 'reconnecting' || state === 'moved') && (
        <p class="strip" role="alert">
          {say('reconnecting')}
        </p>
      )}
      {call.soundBlocked.value && (
        <p class="strip">
          <Button kind="primary" icon="volume" onClick={() => void attempt(() => call.startSound())}>
            {say('startSound')}
          </Button>
        </p>
      )}
      <p class="unseen" role="alert">
        {waiting.map((request) => say('guestWaiting', { name: request.name })).join(' ')}
      </p>
      <div class="meeting-middle">
        <main class="stage">
          <Stage call={call} view={view} />
        </main>
        {side === 'people' && <PeoplePanel call={call} roomId={roomId} onClose={() => setSide(undefined)} />}
        {side === 'chat' && roomId && <ChatPanel roomId={roomId} onClose={() => setSide(undefined)} />}
      </div>
      <footer>
        <Controls call={call} side={side} chat={roomId !== undefined} onSide={setSide} />
      </footer>
      {asking && <PrivacyDialog call={call} onClose={() => setAsking(false)} />}
    </div>
  );
}

interface BarProps {
  readonly call: Call;
  readonly title: string;
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onPrivacy: () => void;
  readonly onMinimise: (() => void) | undefined;
}

function useElapsed(startedAt: number | undefined): string {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return startedAt === undefined ? '' : format.value.duration(now - startedAt);
}

function Bar({ call, title, view, onView, onPrivacy, onMinimise }: BarProps) {
  const elapsed = useElapsed(call.startedAt.value);
  const rates = useRates(call);
  const audioOnly = call.audioOnly.value;
  return (
    <header class={`meeting-bar ${audioOnly ? 'meeting-low' : ''}`}>
      {onMinimise && <IconButton icon="down" label={say('minimise')} onClick={onMinimise} />}
      <span class="grow">
        <h1 class="t-heading clip" dir="auto">
          {title}
        </h1>
        <span class="t-meta ink-3" role="timer">
          {elapsed}
        </span>
      </span>
      <span class="meeting-facts">
        <PrivacyChip call={call} onPress={onPrivacy} />
        {!audioOnly && <Rate call={call} rates={rates} />}
      </span>
      {audioOnly ? (
        <IconButton
          icon="grid"
          label={say('showPictures')}
          onClick={() => void attempt(() => setLowData(call, false))}
        />
      ) : (
        <>
          <IconButton
            icon="leaf"
            label={say('lowData')}
            onClick={() => void attempt(() => setLowData(call, true))}
          />
          <IconButton
            icon="grid"
            label={say(view === 'grid' ? 'focusView' : 'gridView')}
            onClick={() => onView(view === 'grid' ? 'focus' : 'grid')}
          />
        </>
      )}
      {audioOnly && (
        <p class="low-data">
          <Icon name="leaf" size={18} />
          <b class="grow t-small">{say('lowData')}</b>
          <Rate call={call} rates={rates} />
        </p>
      )}
      <CallLine call={call} />
    </header>
  );
}

/** How long a key may be on its way before it is called missing, milliseconds. */
const patience = 8000;

/** One plain sentence; in caution colours and with a name when somebody cannot decrypt. */
function PrivacyChip({ call, onPress }: { call: Call; onPress: () => void }) {
  const without = call.privacy.value.people.find((person) => !person.canDecrypt);
  const lasting = useLasting(without?.id, patience);
  if (without && lasting !== without.id) {
    return (
      <Chip kind="outline" icon="key" onClick={onPress}>
        {say('encryptionLoading')}
      </Chip>
    );
  }
  return without ? (
    <Chip kind="warn" icon="warning" onClick={onPress}>
      {say('cannotDecrypt', { name: without.name })}
    </Chip>
  ) : (
    <Chip kind="outline" icon="shield" onClick={onPress}>
      {say('everyoneCanDecrypt')}
    </Chip>
  );
}

/** The data line: how full the link is. */
function CallLine({ call }: { call: Call }) {
  const share = call.linkShare.value;
  const amount = say('percent', { count: Math.round((share ?? 0) * 100) });
  return <LinkLine share={share} label={say('linkInUse')} amount={amount} />;
}

const samples = 14;

/** The last rates, also over the change to low data and back. */
function useRates(call: Call): readonly number[] {
  const kbits = Math.round(call.kbits.value);
  const [rates, setRates] = useState<readonly number[]>([]);
  useEffect(() => {
    setRates((before) => [...before, kbits].slice(-samples));
  }, [kbits]);
  return rates;
}

function Rate({ call, rates }: { call: Call; rates: readonly number[] }) {
  const kbits = Math.round(call.kbits.value);
  const large = kbits >= 1000;
  const [before, after] = say(large ? 'megabitsASecond' : 'kilobitsASecond').split('{amount}');
  return (
    <span class="rate">
      {rates.length > 1 && <Sparkline values={shares(rates)} />}
      <span>
        {before}
        <b>{format.value.number(large ? kbits / 1000 : kbits)}</b>
        {after}
      </span>
      <span class="rate-all">{format.value.size(call.bytes.value)}</span>
    </span>
  );
}
