import { isEventId, isRoomAlias, isRoomId, isServerName, isUserId } from './identifiers.ts';

/** What a link points to: a user, or a room by id or alias and perhaps an event in it, with servers to join through. */
export type MatrixLink =
  | { kind: 'user'; userId: string; action?: string }
  | { kind: 'room'; room: string; eventId?: string; via: string[]; action?: string };

const linkUnitsMax = 4096;
const viaMax = 32;

/**
 * Reads a `https://matrix.to/#/…` or `matrix:…` link; undefined for anything else, broken escapes included.
 * Specification: appendices, "URIs": "matrix.to navigation" and "Matrix URI scheme".
 */
export function parseMatrixLink(uri: string): MatrixLink | undefined {
  if (uri.length > linkUnitsMax) return undefined;
  if (/^matrix:/i.test(uri)) return parseMatrixUri(uri.slice('matrix:'.length));
  const match = /^https?:\/\/matrix\.to\/#\/(.*)$/i.exec(uri);
  return match?.[1] === undefined ? undefined : parseMatrixTo(match[1]);
}

/** Writes the `https://matrix.to/#/…` form of a link. */
export function matrixToLink(link: MatrixLink): string {
  const base = 'https://matrix.to/#/';
  if (link.kind === 'user') return base + encodeURIComponent(link.userId);
  const event = link.eventId === undefined ? '' : '/' + encodeURIComponent(link.eventId);
  const via = link.via.map((server) => `via=${encodeURIComponent(server)}`).join('&');
  return base + encodeURIComponent(link.room) + event + (via === '' ? '' : '?' + via);
}

/** Writes the `matrix:` form of a link. */
export function matrixUri(link: MatrixLink): string {
  const queries = link.kind === 'room' ? link.via.map((server) => `via=${encodeURIComponent(server)}`) : [];
  if (link.action !== undefined) queries.push(`action=${encodeURIComponent(link.action)}`);
  const query = queries.length === 0 ? '' : '?' + queries.join('&');
  if (link.kind === 'user') return `matrix:u/${encodeURIComponent(link.userId.slice(1))}${query}`;
  const type = link.room.startsWith('#') ? 'r' : 'roomid';
  const event = link.eventId === undefined ? '' : `/e/${encodeURIComponent(link.eventId.slice(1))}`;
  return `matrix:${type}/${encodeURIComponent(link.room.slice(1))}${event}${query}`;
}

function parseMatrixTo(rest: string): MatrixLink | undefined {
  const [path = '', query = ''] = split(rest, '?');
  const parts = path.split('/').map(decoded);
  const [id, event, more] = parts;
  if (id === undefined || more !== undefined) return undefined;
  if (parts.length > 1 && event === undefined) return undefined;
  return link(id, event, query);
}

const sigils: Readonly<Record<string, string>> = Object.freeze({
  u: '@',
  user: '@',
  r: '#',
  room: '#',
  roomid: '!',
});

function parseMatrixUri(rest: string): MatrixLink | undefined {
  const [withoutFragment = ''] = split(rest, '#');
  const [path = '', query = ''] = split(withoutFragment, '?');
  // An authority (`matrix://…`) is reserved and names nothing yet.
  if (path.startsWith('//')) return undefined;
  const parts = path.split('/').map(decoded);
  const [type, name, eventType, eventName] = parts;
  if (type === undefined || !Object.hasOwn(sigils, type) || name === undefined || name === '')
    return undefined;
  if (parts.length === 2) return link(`${sigils[type]}${name}`, undefined, query);
  if (parts.length !== 4 || (eventType !== 'e' && eventType !== 'event') || eventName === undefined)
    return undefined;
  return link(`${sigils[type]}${name}`, `$${eventName}`, query);
}

function link(id: string, eventId: string | undefined, query: string): MatrixLink | undefined {
  const { via, action } = readQuery(query);
  const asked = action === undefined ? {} : { action };
  if (isUserId(id)) return eventId === undefined ? { kind: 'user', userId: id, ...asked } : undefined;
  if (!isRoomId(id) && !isRoomAlias(id)) return undefined;
  if (eventId === undefined) return { kind: 'room', room: id, via, ...asked };
  return isEventId(eventId) ? { kind: 'room', room: id, eventId, via, ...asked } : undefined;
}

function readQuery(query: string): { via: string[]; action?: string } {
  const via: string[] = [];
  let action: string | undefined;
  for (const pair of query.split('&')) {
    const [name, written = ''] = split(pair, '=');
    const value = decoded(written);
    if (value === undefined) continue;
    if (name === 'via' && via.length < viaMax && isServerName(value)) via.push(value);
    if (name === 'action') action ??= value;
  }
  return action === undefined ? { via } : { via, action };
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
