import { useState } from 'preact/hooks';
import { IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Tile, VideoPicture } from '../../ui/meeting.tsx';
import { VoiceRing } from '../../ui/star.tsx';
import { useFace } from '../../models/pictures.ts';
import { firstName } from '../../models/room-words.ts';
import { useLasting } from '../../models/lasting.ts';
import { gridPage, inFront } from '../../models/tiles.ts';
import { say } from '../../words/words.ts';
import { StillRow } from './still-row.tsx';
import { useObjectUrl } from './use-object-url.ts';
import { useShow } from './use-show.ts';
import type { Call, CallPerson, VideoSource } from '../../calls/door.ts';
import type { View } from './arrangement.ts';

/** The people of a meeting: a grid, or one in front and the others in a row, or stars when data is saved. */
export function Stage({ call, view }: { call: Call; view: View }) {
  const people = call.people.value;
  const speaker = call.activeSpeaker.value;
  const screen = people.some((person) => person.sharing && person.screen);
  if (call.audioOnly.value && !screen) return <Stars call={call} people={people} speaker={speaker} />;
  if (view === 'focus' || screen) return <Focus people={people} speaker={speaker} />;
  return <Grid people={people} />;
}

function Grid({ people }: { people: readonly CallPerson[] }) {
  const [wanted, setWanted] = useState(0);
  const { people: shown, page, pages } = gridPage(people, wanted);
  return (
    <>
      <div class={`tiles tiles-${shown.length}`}>
        {shown.map((person) => (
          <PersonTile key={person.id} person={person} size={112} />
        ))}
      </div>
      {pages > 1 && (
        <p class="pages">
          <IconButton
            icon="back"
            label={say('previousPage')}
            disabled={page === 0}
            onClick={() => setWanted(page - 1)}
          />
          <span class="t-small ink-2">{say('pageOf', { page: page + 1, pages })}</span>
          <IconButton
            icon="forward"
            label={say('nextPage')}
            disabled={page === pages - 1}
            onClick={() => setWanted(page + 1)}
          />
        </p>
      )}
    </>
  );
}

function Focus({ people, speaker }: { people: readonly CallPerson[]; speaker: string | undefined }) {
  const front = inFront(people, speaker);
  if (!front) return null;
  const others = people.filter((person) => person.id !== front.id || person.sharing);
  return (
    <>
      <div class="tiles tiles-1">
        {front.sharing && front.screen ? (
          <div class="tile">
            <div class="tile-ground">
              <Screen screen={front.screen} name={front.name} />
            </div>
            <span class="tile-name">
              <bdi class="clip">{front.name}</bdi> · {say('sharing')}
            </span>
          </div>
        ) : (
          <PersonTile person={front} size={144} />
        )}
      </div>
      {others.length > 0 && (
        <div class="strip-people">
          {others.map((person) => (
            <PersonTile key={person.id} person={person} size={48} />
          ))}
        </div>
      )}
    </>
  );
}

function Screen({ screen, name }: { screen: VideoSource; name: string }) {
  return <VideoPicture show={useShow(screen)} whole label={`${name}: ${say('sharing')}`} />;
}

export function CallFace({ person, size }: { person: CallPerson; size: number }) {
  const face = useFace(person.picture, size);
  const still = useObjectUrl(person.still?.picture);
  return <Avatar id={person.avatarId} name={person.name} size={size} picture={still ?? face} />;
}

function PersonTile({ person, size }: { person: CallPerson; size: number }) {
  const unreadable = useLasting(person.unreadable, 5000);
  const trouble = unreadable
    ? say('cannotRead')
    : person.connection === 'poor' || person.connection === 'lost'
      ? say('weakConnection')
      : undefined;
  return (
    <Tile
      name={person.own ? say('you2') : person.name}
      muted={!person.microphone}
      speaking={person.speaking}
      hand={person.hand}
      trouble={trouble}
      labels={{ muted: say('microphoneOff'), speaking: say('speaking'), hand: say('handRaised') }}
      video={person.camera && person.video && <PersonPicture person={person} video={person.video} />}
      face={<CallFace person={person} size={size} />}
    />
  );
}

function PersonPicture({ person, video }: { person: CallPerson; video: VideoSource }) {
  return <VideoPicture show={useShow(video)} mirrored={person.own} label={person.name} />;
}

interface StarsProps {
  readonly call: Call;
  readonly people: readonly CallPerson[];
  readonly speaker: string | undefined;
}

/** Low data: one large star whose petals light with the voice, the others in a row. */
function Stars({ call, people, speaker }: StarsProps) {
  const front = inFront(people, speaker);
  if (!front) return null;
  return (
    <div class="stars">
      <div class="stars-front">
        <VoiceRing level={front.level} size={144}>
          <CallFace person={front} size={144} />
        </VoiceRing>
        <p class="t-title">
          <bdi>{front.own ? say('you2') : front.name}</bdi>
        </p>
        <p class="ink-accent t-small stars-state">{front.speaking ? say('speaking') : ''}</p>
      </div>
      <StillRow call={call} />
      <ul class="stars-row">
        {people
          .filter((person) => person.id !== front.id)
          .map((person) => (
            <li key={person.id}>
              <span class="stars-face">
                <CallFace person={person} size={52} />
                <StarMark person={person} />
              </span>
              <span class="t-meta ink-2 clip">
                <bdi>{person.own ? say('you2') : firstName(person.name)}</bdi>
              </span>
            </li>
          ))}
      </ul>
    </div>
  );
}

/** A raised hand, or else whether the microphone is on. */
function StarMark({ person }: { person: CallPerson }) {
  if (person.hand) {
    return (
      <span class="stars-mark stars-mark-hand">
        <Icon name="hand" size={14} label={say('handRaised')} />
      </span>
    );
  }
  return (
    <span class="stars-mark">
      {person.microphone ? (
        <Icon name="microphone" size={14} />
      ) : (
        <Icon name="microphone-off" size={14} label={say('microphoneOff')} />
      )}
    </span>
  );
}
