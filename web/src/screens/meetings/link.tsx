import { useEffect, useState } from 'preact/hooks';
import { EmptyState } from '../../ui/blank.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Dock } from '../../ui/meeting.tsx';
import { Mark } from '../../ui/star.tsx';
import { Waiting } from '../../ui/status.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { languages } from '../../platform/locale.ts';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { linkKey } from '../../models/link-key.ts';
import { currentCall, enterCall, leaveCall, loadCalls } from '../../models/current-call.ts';
import { attempt, tellError } from '../../models/toasts.ts';
import { chooseToSpeak, language, say } from '../../words/words.ts';
import { InCall } from './in-call.tsx';
import { Lobby } from './lobby.tsx';
import { isOver, overWords } from './over.ts';
import { MatrixError } from '../../matrix/door.ts';
import type { Call, JoinOptions, LinkFacts } from '../../calls/door.ts';
import type { WordKey } from '../../words/catalogue.ts';

type Missing = 'incomplete' | 'invalid' | 'unreachable';
type Found = LinkFacts | 'looking' | Missing;

/** The secret in the address, also when the whole link is put into the address bar of an open page. */
function useLinkKey(): string | undefined {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const read = () => setFragment(location.hash);
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return linkKey(fragment);
}

/** What stands behind a link, and the way to ask once more. Nothing is asked while the link is not whole. */
function useFacts(token: string, whole: boolean): readonly [facts: Found, again: () => void] {
  const [facts, setFacts] = useState<Found>('looking');
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!whole) return undefined;
    let gone = false;
    const show = (found: Found) => {
      if (!gone) setFacts(found);
    };
    setFacts('looking');
    loadCalls()
      .then((calls) => calls.linkFacts(token))
      .then(show, (error: unknown) => {
        const invalid =
          error instanceof MatrixError && error.kind === 'server' && (error.status ?? 500) < 500;
        show(invalid ? 'invalid' : 'unreachable');
      });
    return () => {
      gone = true;
    };
  }, [token, tries, whole]);
  return [whole ? facts : 'incomplete', () => setTries(tries + 1)];
}

/** A meeting by its link, for anyone who has it. The secret stays in the fragment, which no server sees. */
export function LinkScreen({ token }: { token: string }) {
  const key = useLinkKey();
  const [facts, again] = useFacts(token, key !== undefined);
  const [name, setName] = useState(client.people.own.value?.name ?? '');
  const current = currentCall.value;
  const call = current?.linkId === token ? current.call : undefined;
  if (facts === 'looking') return <Waiting words={say('loading')} />;
  if (key === undefined || typeof facts === 'string') {
    return <NoMeeting missing={typeof facts === 'string' ? facts : 'incomplete'} onRetry={again} />;
  }
  const title = facts.title || say('meetingTitle');
  const state = call?.state.value;
  if (call && (state === 'live' || state === 'reconnecting' || state === 'moved'))
    return <InCall call={call} title={title} />;
  const join = async (options: JoinOptions) =>
    (await loadCalls()).joinByLink(token, key, name.trim(), options);
  const enter = (options: JoinOptions) =>
    void attempt(async () => enterCall({ call: await join(options), linkId: token, again: join }));
  return (
    <Lobby
      title={title}
      detail={say(facts.open ? 'meetingNow' : 'aloneHere')}
      head={<GuestHead />}
      face={<Avatar id={`guest ${name}`} name={name} size={96} />}
      guest={{ name, onName: setName }}
      dock={call && <RequestDock call={call} />}
      onEnter={enter}
    />
  );
}

/** What became of the wish to come in. */
function RequestDock({ call }: { call: Call }) {
  const state = call.state.value;
  const cancel = () => void leaveCall().catch(tellError);
  if (isOver(state)) {
    const { title, detail } = overWords(state);
    return (
      <Dock
        title={title}
        detail={detail}
        waiting={false}
        action={
          <Button kind="text" onClick={cancel}>
            {say('retry')}
          </Button>
        }
      />
    );
  }
  return (
    <Dock
      waiting
      title={say(state === 'waiting' ? 'requestSent' : 'connectingMeeting')}
      detail={state === 'waiting' ? say('requestWaiting') : ''}
      action={
        <Button kind="text" onClick={cancel}>
          {say('cancel')}
        </Button>
      }
    />
  );
}

function GuestHead() {
  const name = languages.find(({ code }) => code === language.value)?.name;
  return (
    <header class="guest-head">
      <Mark size={24} />
      <span class="grow">
        <b>{say('appName')}</b>
        <br />
        <bdi dir="ltr" class="t-small ink-3">
          {location.host}
        </bdi>
      </span>
      <span class="pick guest-language">
        <span class="t-small ink-2">{name}</span>
        <Icon name="globe" size={20} />
        <select
          aria-label={say('language')}
          value={language.value}
          onChange={(event) => {
            const chosen = languages.find(({ code }) => code === event.currentTarget.value);
            if (chosen) void attempt(() => chooseToSpeak(chosen.code));
          }}
        >
          {languages.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
        </select>
      </span>
    </header>
  );
}

const missingWords = {
  incomplete: ['linkIncomplete', 'linkIncompleteDetail'],
  invalid: ['linkInvalid', 'linkInvalidDetail'],
  unreachable: ['offline', 'noConnectionTry'],
} as const satisfies Record<Missing, readonly [title: WordKey, detail: WordKey]>;

/** Why nobody comes in by this link, and what helps. */
function NoMeeting({ missing, onRetry }: { missing: Missing; onRetry: () => void }) {
  const [title, detail] = missingWords[missing];
  const actions =
    missing === 'unreachable' ? (
      <Button kind="quiet" icon="retry" onClick={onRetry}>
        {say('retry')}
      </Button>
    ) : (
      client.session.value && <ButtonLink href={paths.chats}>{say('toChats')}</ButtonLink>
    );
  return (
    <div class="lobby">
      <GuestHead />
      <main class="scroll">
        <div role="alert">
          <EmptyState tall title={say(title)} detail={say(detail)} actions={actions} />
        </div>
      </main>
    </div>
  );
}
