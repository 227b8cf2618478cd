import { computed } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import type { NewGroup, OpenRoom, RoomList, RoomSummary } from '../door.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import type { JsonBody } from '../http.ts';
import { uploadBlob } from '../sending/attachments.ts';
import type { CurrentSession } from '../session/current.ts';
import type { Session } from '../session/session.ts';
import { OpenRoomHandle } from './open-room.ts';

const encryption = {
  type: 'm.room.encryption',
  state_key: '',
  content: { algorithm: 'm.megolm.v1.aes-sha2' },
};

export class RoomListDoor implements RoomList {
  readonly loaded: ReadonlySignal<boolean>;
  readonly all: ReadonlySignal<readonly RoomSummary[]>;
  readonly total: ReadonlySignal<number>;
  readonly unread: ReadonlySignal<number>;
  private readonly current: CurrentSession;

  constructor(current: CurrentSession) {
    this.current = current;
    const { signal } = current;
    this.loaded = computed(() => signal.value?.book.loaded.value ?? false);
    this.all = computed(() => signal.value?.book.all.value ?? noRooms);
    this.total = computed(() => signal.value?.sync.total.value ?? 0);
    this.unread = computed(() => signal.value?.book.unread.value ?? 0);
  }

  summary(roomId: string): ReadonlySignal<RoomSummary | undefined> {
    const { signal } = this.current;
    return computed(() => signal.value?.book.room(roomId).summary.value);
  }

  open(roomId: string): OpenRoom {
    const session = this.current.need();
    return new OpenRoomHandle(session.book.room(roomId), session);
  }

  async startDirect(user: string): Promise<string> {
    const session = this.current.need();
    const userId = wholeUserId(user, session.own.userId);
    const known = session.book.directRoomWith(userId);
    if (known !== undefined) return known;
    // An unknown name is refused here, so that no room is left behind.
    await session.profileOf(userId);
    const roomId = await create(session, {
      preset: 'trusted_private_chat',
      is_direct: true,
      invite: [userId],
      initial_state: [encryption],
    });
    await markDirect(session, userId, roomId);
    await session.book.adopt(roomId, () => ({
      ...created(session),
      encrypted: true,
      direct: true,
      heroes: [userId],
    }));
    return roomId;
  }

  async createGroup(group: NewGroup): Promise<string> {
    const session = this.current.need();
    const encrypted = group.encrypted !== false;
    const state: JsonBody[] = encrypted ? [encryption] : [];
    if (group.picture !== undefined) {
      const url = await uploadBlob(group.picture, session.http);
      state.push({ type: 'm.room.avatar', state_key: '', content: { url } });
    }
    const roomId = await create(session, {
      preset: 'private_chat',
      name: group.name,
      ...(group.topic === undefined ? {} : { topic: group.topic }),
      invite: group.invite.map((user) => wholeUserId(user, session.own.userId)),
      initial_state: state,
    });
    const name = {
      eventId: '',
      sender: session.own.userId,
      content: { name: group.name },
      time: session.now(),
    };
    await session.book.adopt(roomId, ({ state: known }) => ({
      ...created(session),
      encrypted,
      state: { 'm.room.name': { '': name }, ...known },
    }));
    return roomId;
  }

  async accept(roomId: string): Promise<void> {
    const session = this.current.need();
    const room = session.book.room(roomId);
    const { invitation, direct } = room.record;
    await session.http.request('POST', `${roomPath(roomId)}/join`, { body: {} });
    if (direct && invitation !== undefined) await markDirect(session, invitation.by, roomId);
    await session.book.adopt(roomId, () => ({ membership: 'join', time: session.now() }));
  }

  async refuse(roomId: string): Promise<void> {
    await this.leave(roomId);
  }

  async leave(roomId: string): Promise<void> {
    const session = this.current.need();
    await session.http.request('POST', `${roomPath(roomId)}/leave`, { body: {} });
    await session.book.adopt(roomId, () => ({ membership: 'leave' }));
  }

  async join(roomIdOrAlias: string): Promise<string> {
    const session = this.current.need();
    const path = `/_matrix/client/v3/join/${encodeURIComponent(roomIdOrAlias)}`;
    const { room_id: roomId } = await session.http.request('POST', path, { body: {} });
    if (typeof roomId !== 'string') throw new MatrixError('protocol', 'The answer has no room id.');
    await session.book.adopt(roomId, () => ({ membership: 'join', time: session.now() }));
    return roomId;
  }

  async setPinned(roomId: string, pinned: boolean): Promise<void> {
    const session = this.current.need();
    const user = encodeURIComponent(session.own.userId);
    const path = `/_matrix/client/v3/user/${user}/rooms/${encodeURIComponent(roomId)}/tags/m.favourite`;
    if (pinned) await session.http.request('PUT', path, { body: { order: 0.5 } });
    else await session.http.request('DELETE', path);
    await session.book.adopt(roomId, ({ tags }) => {
      const others = tags.filter((tag) => tag !== 'm.favourite');
      return { tags: pinned ? [...others, 'm.favourite'] : others };
    });
  }

  async setMuted(roomId: string, muted: boolean): Promise<void> {
    const session = this.current.need();
    const path = `/_matrix/client/v3/pushrules/global/override/${encodeURIComponent(roomId)}`;
    if (muted) {
      const conditions = [{ kind: 'event_match', key: 'room_id', pattern: roomId }];
      await session.http.request('PUT', path, { body: { conditions, actions: [] } });
      return;
    }
    try {
      await session.http.request('DELETE', path);
    } catch (thrown) {
      if (asMatrixError(thrown, 'protocol').status !== 404) throw thrown;
    }
  }

  async setMarkedUnread(roomId: string, unread: boolean): Promise<void> {
    const session = this.current.need();
    const user = encodeURIComponent(session.own.userId);
    const room = encodeURIComponent(roomId);
    const path = `/_matrix/client/v3/user/${user}/rooms/${room}/account_data/m.marked_unread`;
    await session.http.request('PUT', path, { body: { unread } });
    await session.book.adopt(roomId, () => ({ markedUnread: unread }));
  }
}

const noRooms: readonly RoomSummary[] = [];

/** "sara" and "@sara" are people of the own server. */
export function wholeUserId(typed: string, ownId: string): string {
  const bare = typed.trim().replace(/^@/, '');
  const serverName = ownId.slice(ownId.indexOf(':') + 1);
  return bare.includes(':') ? `@${bare}` : `@${bare.toLowerCase()}:${serverName}`;
}

async function create(session: Session, body: JsonBody): Promise<string> {
  const { room_id: roomId } = await session.http.request('POST', '/_matrix/client/v3/createRoom', { body });
  if (typeof roomId !== 'string') throw new MatrixError('protocol', 'The answer has no room id.');
  return roomId;
}

/** Notes for all devices of the account that a room is the chat with one person. */
function markDirect(session: Session, userId: string, roomId: string): Promise<void> {
  return session.changeAccountDatum('m.direct', (directs) => {
    const rooms = Array.isArray(directs[userId]) ? (directs[userId] as unknown[]) : [];
    return rooms.includes(roomId) ? undefined : { ...directs, [userId]: [...rooms, roomId] };
  });
}

/** What is known of a room that was made a moment ago. */
function created(session: Session) {
  return { membership: 'join', joined: 1, time: session.now() } as const;
}

function roomPath(roomId: string): string {
  return `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;
}
