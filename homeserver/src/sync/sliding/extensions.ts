import type { StoredEvent } from '@majlis/storage';
import type { Requester } from '../../http/endpoint.ts';
import { pushRulesType } from '../../push/rulesets.ts';
import { deviceListDelta } from '../device-lists.ts';
import type { SyncParts } from '../parts.ts';
import { byRoom, receiptContent } from '../receipts.ts';
import type { UserRoom } from '../user-rooms.ts';
import type { ConnectionState } from './connections.ts';
import type { ExtensionName, ExtensionRequest } from './request.ts';

export interface ExtensionScope {
  readonly requester: Requester;
  readonly state: ConnectionState;
  readonly upTo: number;
  readonly mine: ReadonlyMap<number, UserRoom>;
  /** Rooms that are on this connection now, and those new on it with the events given. */
  readonly rooms: ReadonlySet<number>;
  readonly fresh: ReadonlyMap<number, readonly StoredEvent[]>;
  /** Rooms of each list's window, for extensions bound to lists. */
  readonly windows: ReadonlyMap<string, readonly number[]>;
}

/** One extension's JSON text, and whether it ends a wait. */
export interface ExtensionAnswer {
  readonly text: string;
  readonly news: boolean;
}

type Extension = (
  parts: SyncParts,
  scope: ExtensionScope,
  request: ExtensionRequest,
) => Promise<ExtensionAnswer>;

export const extensions: Readonly<Record<ExtensionName, Extension>> = {
  to_device: toDevice,
  e2ee: encryption,
  account_data: accountData,
  receipts,
  typing,
};

/** MSC3885: a `since` that names the last `next_batch` acknowledges everything before it. */
async function toDevice(
  parts: SyncParts,
  scope: ExtensionScope,
  request: ExtensionRequest,
): Promise<ExtensionAnswer> {
  const since = /^\d{1,15}$/.test(request.since ?? '') ? Number(request.since) : 0;
  const { text, upTo } = await parts.inbox.read(scope.requester, since, scope.upTo, request.limit);
  return { text: `{"next_batch":"${upTo}","events":[${text ?? ''}]}`, news: text !== undefined };
}

/** MSC3884. */
async function encryption(parts: SyncParts, scope: ExtensionScope): Promise<ExtensionAnswer> {
  const { userId, deviceId } = scope.requester;
  const { counts, unusedFallback } = await parts.keyCounts.of(userId, deviceId);
  const base = `"device_one_time_keys_count":${JSON.stringify(counts)},"device_unused_fallback_key_types":${JSON.stringify(unusedFallback)}`;
  const after = scope.state.position;
  if (after < 0) return { text: `{${base}}`, news: false };
  const delta = await deviceListDelta(parts, userId, { after, upTo: scope.upTo });
  const lists = delta.changed.length > 0 || delta.left.length > 0;
  return {
    text: `{${base}${lists ? `,"device_lists":${JSON.stringify(delta)}` : ''}}`,
    news: lists || parts.changes.keyCountsSince(userId, deviceId, after),
  };
}

/** MSC3959. */
async function accountData(
  parts: SyncParts,
  scope: ExtensionScope,
  request: ExtensionRequest,
): Promise<ExtensionAnswer> {
  const { userId } = scope.requester;
  const after = scope.state.position;
  const inScope = roomsInScope(scope, request);
  const changed = parts.changes.accountDataSince(userId, after);
  const newRooms = [...scope.fresh.keys()].filter((nid) => inScope(nid));
  const first = after < 0;
  if (!first && !changed && newRooms.length === 0) return { text: '{}', news: false };
  const rows = await parts.storage.rooms.accountData(userId, newRooms.length > 0 ? -1 : after);
  const event = (row: { type: string; content: string }): string =>
    `{"type":${JSON.stringify(row.type)},"content":${row.content}}`;
  const wanted = rows.filter((row) =>
    row.roomNid === 0
      ? row.position > after
      : inScope(row.roomNid) && (row.position > after || scope.fresh.has(row.roomNid)),
  );
  const global = wanted
    .filter((row) => row.roomNid === 0 && !(first && row.type === pushRulesType))
    .map(event);
  if (first) global.unshift(await parts.rulesets.event(userId));
  const perRoom: string[] = [];
  for (const [nid, list] of byRoom(wanted.filter((row) => row.roomNid !== 0))) {
    const entry = scope.mine.get(nid);
    if (entry !== undefined) perRoom.push(`${JSON.stringify(entry.roomId)}:[${list.map(event).join(',')}]`);
  }
  const text = [
    ...(global.length > 0 ? [`"global":[${global.join(',')}]`] : []),
    ...(perRoom.length > 0 ? [`"rooms":{${perRoom.join(',')}}`] : []),
  ].join(',');
  return { text: `{${text}}`, news: changed && text !== '' };
}

/** MSC3960: for rooms new on the connection the receipts of the events given and one's own, else what changed. */
async function receipts(
  parts: SyncParts,
  scope: ExtensionScope,
  request: ExtensionRequest,
): Promise<ExtensionAnswer> {
  const { userId } = scope.requester;
  const after = scope.state.position;
  const asked = roomsInScope(scope, request);
  // Who reads what is the members' own.
  const inScope = (nid: number): boolean => asked(nid) && scope.mine.get(nid)?.membership === 'join';
  const old = [...scope.rooms].filter(
    (nid) => inScope(nid) && !scope.fresh.has(nid) && parts.changes.receiptsSince(nid, after),
  );
  const fresh = [...scope.fresh.keys()].filter((nid) => inScope(nid));
  const [changed, first] = await Promise.all([
    old.length === 0 ? [] : parts.storage.rooms.receipts(old, after),
    fresh.length === 0 ? [] : parts.storage.rooms.receipts(fresh, -1),
  ]);
  const shown = first.filter(
    (row) =>
      row.userId === userId ||
      scope.fresh.get(row.roomNid)?.some((event) => event.eventId === row.eventId) === true,
  );
  const texts: string[] = [];
  for (const [nid, rows] of byRoom([...changed, ...shown])) {
    const content = receiptContent(rows, userId);
    const entry = scope.mine.get(nid);
    if (content === undefined || entry === undefined) continue;
    texts.push(`${JSON.stringify(entry.roomId)}:${JSON.stringify({ type: 'm.receipt', content })}`);
  }
  return {
    text: texts.length === 0 ? '{}' : `{"rooms":{${texts.join(',')}}}`,
    news: changed.length > 0 && texts.length > 0,
  };
}

/** MSC3961. */
async function typing(
  parts: SyncParts,
  scope: ExtensionScope,
  request: ExtensionRequest,
): Promise<ExtensionAnswer> {
  const inScope = roomsInScope(scope, request);
  const texts: string[] = [];
  for (const nid of scope.rooms) {
    if (!inScope(nid)) continue;
    const users = parts.typing.changedSince(nid, scope.fresh.has(nid) ? 0 : scope.state.typing);
    const entry = scope.mine.get(nid);
    if (users === undefined || entry?.membership !== 'join') continue;
    if (users.length === 0 && scope.fresh.has(nid)) continue;
    texts.push(
      `${JSON.stringify(entry.roomId)}:${JSON.stringify({ type: 'm.typing', content: { user_ids: users } })}`,
    );
  }
  return { text: texts.length === 0 ? '{}' : `{"rooms":{${texts.join(',')}}}`, news: texts.length > 0 };
}

/** Extensions can be narrowed to lists and to subscribed rooms; by default they speak of all rooms on the connection. */
function roomsInScope(scope: ExtensionScope, request: ExtensionRequest): (nid: number) => boolean {
  const { lists, rooms } = request;
  const everyList = lists === undefined || lists.includes('*');
  const everyRoom = rooms === undefined || rooms.includes('*');
  if (everyList && everyRoom) return (nid) => scope.rooms.has(nid);
  const allowed = new Set<number>();
  for (const [name, nids] of scope.windows) {
    if (everyList || lists.includes(name)) for (const nid of nids) allowed.add(nid);
  }
  const listed = new Set([...scope.windows.values()].flat());
  for (const nid of scope.rooms) {
    const roomId = scope.mine.get(nid)?.roomId;
    const named = roomId !== undefined && rooms?.includes(roomId) === true;
    if (named || (everyRoom && !listed.has(nid))) allowed.add(nid);
  }
  return (nid) => allowed.has(nid);
}
