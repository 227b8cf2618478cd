import { fitsUtf8 } from '../crypto/utf8.ts';

/** Every identifier of Matrix is at most this long, with its sigil and its domain. */
export const identifierBytesMax = 255;

function fits(text: string): boolean {
  return fitsUtf8(text, identifierBytesMax);
}

const port = '(?::[0-9]{1,5})?';
const serverNamePattern = new RegExp(`^(?:[0-9A-Za-z.-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}\\])${port}$`);

/**
 * Whether a text is a server name: a DNS name, IPv4 or bracketed IPv6 literal, and perhaps a port of up to five digits.
 * Specification: appendices, "Server Name".
 */
export function isServerName(text: unknown): text is string {
  return typeof text === 'string' && text.length <= identifierBytesMax && serverNamePattern.test(text);
}

/**
 * Whether a text is a user id by the historical grammar: any characters but NUL and the colon before the first colon,
 * a server name after it, at most 255 bytes. The local part may even be empty: such users exist.
 * Specification: appendices, "User Identifiers" and "Historical User IDs".
 */
export function isUserId(text: unknown): text is string {
  if (typeof text !== 'string' || text.charCodeAt(0) !== 0x40 || !fits(text)) return false;
  const colon = text.indexOf(':');
  return colon > 0 && isServerName(text.slice(colon + 1)) && isOrdinary(text);
}

/** Whether a text is what a new user may be called before the colon: `a-z 0-9 . _ = - / +`, and not empty. */
export function isLocalpart(text: string): boolean {
  return /^[a-z0-9._=\-/+]{1,255}$/.test(text);
}

/**
 * Whether a text is a room id: `!` and an opaque text, with a server name after the first colon if there is one
 * (versions 1 to 11). Which of the two forms a room has is its version's business.
 */
export function isRoomId(text: unknown): text is string {
  return isOpaqueId(text, 0x21);
}

/** Whether a text is an event id: `$` and an opaque text; the oldest rooms have a server name after a colon. */
export function isEventId(text: unknown): text is string {
  return isOpaqueId(text, 0x24);
}

/** Whether a text is a room alias: `#`, any characters but NUL and the colon, a colon and a server name. */
export function isRoomAlias(text: unknown): text is string {
  if (typeof text !== 'string' || text.charCodeAt(0) !== 0x23 || !fits(text)) return false;
  const colon = text.indexOf(':');
  return colon > 1 && isServerName(text.slice(colon + 1)) && isOrdinary(text);
}

function isOpaqueId(text: unknown, sigil: number): text is string {
  if (typeof text !== 'string' || text.length < 2 || text.charCodeAt(0) !== sigil || !fits(text))
    return false;
  const colon = text.indexOf(':');
  return (colon < 0 || (colon > 1 && isServerName(text.slice(colon + 1)))) && isOrdinary(text);
}

function isOrdinary(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** Whether a text may name a room version: 1 to 32 characters of `a-z 0-9 . -`. */
export function isRoomVersionId(text: unknown): text is string {
  return typeof text === 'string' && /^[a-z0-9.-]{1,32}$/.test(text);
}

/**
 * The server an id names after its first colon; undefined where there is none: event ids and the room ids of version 12.
 * It says nothing of whether the id is well formed.
 */
export function serverNameOf(id: string): string | undefined {
  const colon = id.indexOf(':');
  return colon < 0 ? undefined : id.slice(colon + 1);
}

/** What stands between a user id's `@` and its first colon. */
export function localpartOf(userId: string): string {
  const colon = userId.indexOf(':');
  return userId.slice(1, colon < 0 ? undefined : colon);
}

/** The parts of a server name: the host without brackets around IPv6, its kind and the port, if one is written. */
export interface ServerNameParts {
  host: string;
  kind: 'dns' | 'ipv4' | 'ipv6';
  port?: number;
}

/** Takes a server name apart; undefined if it is none, or its port is above 65,535. */
export function parseServerName(text: string): ServerNameParts | undefined {
  if (!isServerName(text)) return undefined;
  const match = /^(?:\[(.*)\]|([^:]*))(?::([0-9]+))?$/.exec(text);
  if (match === null) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const kind = match[1] !== undefined ? 'ipv6' : isIpv4(host) ? 'ipv4' : 'dns';
  if (match[3] === undefined) return { host, kind };
  const number = Number(match[3]);
  return number > 65_535 ? undefined : { host, kind, port: number };
}

function isIpv4(host: string): boolean {
  return /^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/.test(host) && host.split('.').every((part) => Number(part) <= 255);
}
