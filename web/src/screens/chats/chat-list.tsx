import { useEffect, useRef, useState } from 'preact/hooks';
import { Header } from '../../ui/bar.tsx';
import { EmptyState } from '../../ui/blank.tsx';
import { IconButton } from '../../ui/button.tsx';
import { SearchField } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { RowSkeleton } from '../../ui/row.tsx';
import { Mark } from '../../ui/star.tsx';
import { paths } from '../../paths.ts';
import { client } from '../../models/client.ts';
import { search as searchKey } from '../../models/keys.ts';
import { titleWords } from '../../models/room-words.ts';
import { useNow } from '../../models/now.ts';
import { say } from '../../words/words.ts';
import { ChatListRow } from './chat-list-row.tsx';
import { ConnectionStrip, DataUse } from './connection-strip.tsx';
import { HintCard } from './hint-card.tsx';
import { MeetingNow } from './meeting-now.tsx';
import { NoChats } from './no-chat.tsx';

/** Whether every word of the search begins a word of the name. */
function matches(name: string, term: string): boolean {
  const words = name.toLocaleLowerCase().split(/[\s·–-]+/);
  return term
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((wanted) =>
      words.some((word) => word.startsWith(wanted) || word.replace(/^ال/, '').startsWith(wanted)),
    );
}

/** The list of chats. */
export function ChatList({ chosen }: { chosen: string | undefined }) {
  const [term, setTerm] = useState('');
  const [searching, setSearching] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const now = useNow();
  useEffect(() => {
    searchKey.focus = () => {
      setSearching(true);
      // On a phone the field is drawn only now.
      setTimeout(() => field.current?.focus());
    };
    return () => {
      searchKey.focus = undefined;
    };
  }, []);
  const all = client.rooms.all.value;
  const wanted = term.trim();
  const rooms = wanted === '' ? all : all.filter((room) => matches(titleWords(room.title, say), wanted));
  return (
    <>
      <ListHeader
        searching={searching}
        onSearch={() => {
          setTerm('');
          if (searching) setSearching(false);
          else searchKey.focus?.();
        }}
      />
      <div class={`list-search ${searching ? '' : 'only-wide'}`}>
        <SearchField
          label={say('searchChats')}
          placeholder={say('searchPlaceholder')}
          value={term}
          clear={say('clearSearch')}
          keyHint="/"
          input={field}
          onValue={setTerm}
        />
      </div>
      <DataUse />
      <ConnectionStrip />
      <div class="scroll list-scroll">
        <HintCard />
        {wanted === '' && <MeetingNow rooms={all} />}
        {!client.rooms.loaded.value && all.length === 0 ? (
          <Skeletons />
        ) : (
          <ul aria-label={say('listOfChats')}>
            {rooms.map((room) => (
              <li key={room.roomId}>
                <ChatListRow room={room} chosen={room.roomId === chosen} now={now} />
              </li>
            ))}
          </ul>
        )}
        {client.rooms.loaded.value && rooms.length === 0 && <NothingHere searched={wanted !== ''} />}
      </div>
    </>
  );
}

function ListHeader({ searching, onSearch }: { searching: boolean; onSearch: () => void }) {
  return (
    <Header
      start={
        <span class="only-phone">
          <Mark size={24} />
        </span>
      }
      title={say('chats')}
      actions={
        <>
          <span class="only-phone">
            <IconButton
              icon={searching ? 'close' : 'search'}
              label={say(searching ? 'clearSearch' : 'searchChats')}
              onClick={onSearch}
            />
          </span>
          <a class="button button-icon" href={paths.new} aria-label={say('newChat')} title={say('newChat')}>
            <Icon name="compose" />
          </a>
        </>
      }
    />
  );
}

function Skeletons() {
  return (
    <div role="status" aria-label={say('loading')}>
      {[0, 1, 2, 3, 4, 5].map((place) => (
        <RowSkeleton key={place} />
      ))}
    </div>
  );
}

function NothingHere({ searched }: { searched: boolean }) {
  if (searched) return <EmptyState title={say('noResults')} detail={say('noResultsDetail')} />;
  // On a wide screen it stands in the middle.
  return (
    <span class="only-phone">
      <NoChats />
    </span>
  );
}
