import { useRef, useState } from 'preact/hooks';
import { Foot, GoneMessage, MessageFrame, Quote, ShutMessage } from '../../ui/bubble.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Reactions } from '../../ui/reaction.tsx';
import { previewWords } from '../../models/room-words.ts';
import { ticks } from '../../models/ticks.ts';
import { attempt } from '../../models/toasts.ts';
import { format, say } from '../../words/words.ts';
import { PersonFace, toneOf } from '../faces.tsx';
import { MessageBody, mediaOf } from './message-body.tsx';
import { MessageMenu } from './message-menu.tsx';
import type { MessageItem, OpenRoom, ReplyQuote } from '../../matrix/door.ts';
import type { Spoken } from '../../models/timeline-rows.ts';
import type { Rectangle } from '../../ui/place.ts';
import type { WordKey } from '../../words/catalogue.ts';
import type { About } from './about.ts';

export interface MessageProps {
  readonly item: Spoken;
  readonly first: boolean;
  readonly last: boolean;
  readonly room: OpenRoom;
  readonly onAbout: (about: About) => void;
  readonly onGoTo: (eventId: string) => void;
}

const lockedWords = {
  waiting: 'lockedWaiting',
  beforeThisDevice: 'lockedBefore',
  noKey: 'lockedNoKey',
  withheld: 'lockedWithheld',
  broken: 'lockedNoKey',
} as const satisfies Record<string, WordKey>;

function roleWords(room: OpenRoom, userId: string): string | undefined {
  const member = room.members.value.find((one) => one.userId === userId);
  if (member?.role === 'owner') return say('roleOwner');
  return member?.role === 'moderator' ? say('roleModerator') : undefined;
}

/** One message of the timeline, with what can be done about it. */
export function Message(props: MessageProps) {
  const { item, first, last, room } = props;
  const [menu, setMenu] = useState<Rectangle>();
  const more = useRef<HTMLButtonElement>(null);
  const group = room.summary.value?.direct === undefined;
  const sent = item.type === 'message' ? item : undefined;
  const failed = sent?.send.is === 'failed';
  const open = (rectangle: Rectangle | undefined) => {
    if (sent && rectangle) setMenu(rectangle);
  };
  return (
    <>
      <MessageFrame
        id={item.eventId && `message ${item.eventId}`}
        own={item.own}
        first={first}
        last={last}
        avatar={<PersonFace person={item.sender} size={36} />}
        author={
          first && group && !item.own
            ? {
                name: item.sender.name,
                tone: toneOf(item.sender.userId),
                role: roleWords(room, item.sender.userId),
              }
            : undefined
        }
        failed={failed}
        media={sent && mediaOf(sent)}
        onPress={failed ? () => void attempt(() => room.retry(item.key)) : undefined}
        onMenu={
          sent &&
          ((event) => {
            if (event.target instanceof Element && event.target.closest('a')) return;
            event.preventDefault();
            open({ top: event.clientY, bottom: event.clientY, left: event.clientX, right: event.clientX });
          })
        }
        reactions={sent && sent.reactions.length > 0 ? <ReactionList item={sent} room={room} /> : undefined}
        tools={
          sent && (
            <Tools
              {...props}
              item={sent}
              anchor={more}
              mayWrite={room.permissions.value.send}
              onMore={() => open(more.current?.getBoundingClientRect())}
            />
          )
        }
      >
        <Inside {...props} />
      </MessageFrame>
      {menu && sent && (
        <MessageMenu
          item={sent}
          room={room}
          at={menu}
          onAbout={props.onAbout}
          onClose={() => setMenu(undefined)}
        />
      )}
    </>
  );
}

function Inside({ item, last, room, onGoTo }: MessageProps) {
  if (item.type === 'redacted') {
    const own = item.by.userId === item.sender.userId && item.own;
    return <GoneMessage>{own ? say('removedByYou') : say('removedBy', { name: item.by.name })}</GoneMessage>;
  }
  if (item.type === 'undecryptable') {
    return <ShutMessage title={say('lockedTitle')} detail={say(lockedWords[item.reason])} />;
  }
  const tick = ticks[item.send.is];
  const pending = item.send.is !== 'sent' && item.send.is !== 'delivered' && item.send.is !== 'read';
  const foot =
    last || item.edited || (item.own && pending) ? (
      <Foot
        time={format.value.time(item.time)}
        dateTime={new Date(item.time).toISOString()}
        edited={item.edited && say('edited')}
        tick={item.own ? { state: tick.state, label: say(tick.label) } : undefined}
      />
    ) : undefined;
  return (
    <>
      {item.replyTo && <Answered quote={item.replyTo} onGoTo={onGoTo} />}
      <MessageBody item={item} room={room} foot={foot} />
      <Doubt item={item} />
    </>
  );
}

function Answered({ quote, onGoTo }: { quote: ReplyQuote; onGoTo: (eventId: string) => void }) {
  const { sender, preview } = quote;
  const name = sender?.name ?? '';
  const words = preview
    ? previewWords(preview, name, say, format.value.duration)
    : { text: say(quote.state === 'loading' ? 'loading' : 'quotedMissing') };
  return (
    <Quote
      author={name}
      tone={sender ? toneOf(sender.userId) : 'slate'}
      text={words.text}
      icon={'icon' in words ? words.icon : undefined}
      label={say('goToQuoted')}
      onPress={() => onGoTo(quote.eventId)}
    />
  );
}

const doubts = {
  notEncrypted: 'notEncryptedMessage',
  unverifiedDevice: 'unverifiedSender',
  unknownDevice: 'unverifiedSender',
  identityChanged: 'identityChangedMessage',
  mismatchedSender: 'mismatchedSender',
} as const satisfies Record<string, WordKey>;

/** Says only what is wrong about who wrote it. */
function Doubt({ item }: { item: MessageItem }) {
  const { authenticity } = item;
  if (authenticity === 'ok' || authenticity === 'notGuaranteed' || item.own) return null;
  return <p class="t-meta ink-warn">{say(doubts[authenticity])}</p>;
}

const reactionNames: Readonly<Record<string, WordKey>> = {
  '👍': 'reactionThumb',
  '❤': 'reactionHeart',
  '✅': 'reactionCheck',
  '😄': 'reactionSmile',
  '🙏': 'reactionHand',
  '🌟': 'reactionStar',
};

function ReactionList({ item, room }: { item: MessageItem; room: OpenRoom }) {
  const toggle = (key: string) => {
    const { eventId } = item;
    if (eventId) void attempt(() => room.toggleReaction(eventId, key));
  };
  return (
    <Reactions
      list={item.reactions.map((reaction) => {
        const name = reactionNames[reaction.key.replace(/\uFE0F/g, '')];
        return {
          key: reaction.key,
          count: format.value.number(reaction.count),
          own: reaction.own,
          label: say('reactionWith', {
            key: name ? say(name) : reaction.key,
            names: format.value.list(reaction.people.map((person) => person.name)),
          }),
        };
      })}
      onToggle={toggle}
    />
  );
}

interface ToolsProps {
  readonly item: MessageItem;
  readonly onAbout: (about: About) => void;
  readonly mayWrite: boolean;
  /** Opens the menu, with the reactions at its head. */
  readonly onMore: () => void;
  readonly anchor: { current: HTMLButtonElement | null };
}

function Tools({ item, mayWrite, onAbout, onMore, anchor }: ToolsProps) {
  return (
    <>
      {item.eventId && mayWrite && (
        <>
          <IconButton icon="smile" size={20} label={say('react')} onClick={onMore} />
          <IconButton
            icon="reply"
            size={20}
            label={say('reply')}
            onClick={() => onAbout({ is: 'reply', item })}
          />
        </>
      )}
      <IconButton icon="dots" size={20} label={say('messageActions')} anchor={anchor} onClick={onMore} />
    </>
  );
}
