import { invalidParam } from '../http/errors.ts';

/** Where a sync stands: a stream position, the serial of typing, which lives in memory only, and the to-device inbox. */
export interface SyncToken {
  readonly position: number;
  readonly typing: number;
  /** Position up to which to-device messages were given: behind `position` while an inbox is handed out in pages. */
  readonly toDevice: number;
}

export function writeSyncToken(token: SyncToken): string {
  return `s${token.position}_${token.typing}_${token.toDevice}`;
}

/** @throws M_INVALID_PARAM (Synapse answers likewise; the specification names no code). */
export function readSyncToken(text: string): SyncToken {
  const match = /^s(\d{1,15})_(\d{1,15})_(\d{1,15})$/.exec(text);
  if (match === null) throw invalidParam("'since' is not a token of this server");
  return { position: Number(match[1]), typing: Number(match[2]), toDevice: Number(match[3]) };
}

/** A place between two events of a timeline: just after the event with this index. */
export function writeTimelineToken(afterTl: number): string {
  return `t${afterTl}`;
}

/** Takes timeline tokens and, as clients mix them, sync tokens. @throws M_INVALID_PARAM. */
export function readTimelineToken(text: string, name: string): number {
  const match = /^t(-?\d{1,15})$/.exec(text) ?? /^s(\d{1,15})_\d{1,15}_\d{1,15}$/.exec(text);
  if (match === null) throw invalidParam(`'${name}' is not a token of this server`);
  return Number(match[1]);
}
