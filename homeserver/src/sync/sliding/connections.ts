import type { Requester } from '../../http/endpoint.ts';
import { MatrixError } from '../../http/errors.ts';

const connections_per_device_max = 20;
const connections_max = 50_000;

/** What a client was given of a room on one connection. */
export interface SentRoom {
  /** Every event up to here. */
  readonly tl: number;
  readonly timelineLimit: number;
  /** Fingerprint of the required state it was given by. */
  readonly requiredState: string;
  readonly notifications: number;
  readonly highlights: number;
  readonly membership: string;
}

/** What a client knows after an answer. */
export interface ConnectionState {
  readonly position: number;
  readonly typing: number;
  readonly rooms: ReadonlyMap<number, SentRoom>;
  /** Member events given, by room, for lazy loading. */
  readonly members: ReadonlyMap<number, ReadonlySet<string>>;
}

interface Connection {
  readonly serial: number;
  next: number;
  readonly states: Map<string, ConnectionState>;
}

export const emptyState: ConnectionState = { position: -1, typing: 0, rooms: new Map(), members: new Map() };

/** Connections of sliding sync, in memory: a lost one costs the client one fresh start (M_UNKNOWN_POS). */
export class Connections {
  readonly #connections = new Map<string, Connection>();
  #serial: number;

  /** @param seed differs at every start, so that a token of an earlier process is never taken for one of this. */
  constructor(seed: number) {
    this.#serial = seed;
  }

  /** The state behind `pos`; a new connection without. Older states are dropped: the client has shown that it is past them. */
  open(
    requester: Requester,
    connectionId: string,
    pos: string | undefined,
  ): { state: ConnectionState; key: string } {
    const key = `${requester.userId} ${requester.deviceId} ${connectionId}`;
    if (pos === undefined) {
      this.#serial += 1;
      this.#connections.delete(key);
      this.#makeRoom(`${requester.userId} ${requester.deviceId} `);
      this.#connections.set(key, { serial: this.#serial, next: 1, states: new Map() });
      return { state: emptyState, key };
    }
    const connection = this.#connections.get(key);
    const state = connection?.states.get(pos);
    if (connection === undefined || state === undefined) {
      throw new MatrixError(400, 'M_UNKNOWN_POS', 'Unknown position; start the connection again');
    }
    for (const older of connection.states.keys()) {
      if (older === pos) break;
      connection.states.delete(older);
    }
    return { state, key };
  }

  /** Keeps what the client will know once it has the answer. @returns the `pos` of that answer. */
  advance(key: string, state: ConnectionState): string {
    const connection = this.#connections.get(key);
    if (connection === undefined)
      throw new MatrixError(400, 'M_UNKNOWN_POS', 'The connection was started anew');
    const pos = `${connection.serial}/${connection.next}`;
    connection.next += 1;
    connection.states.set(pos, state);
    // The one the client is at and those it may not have received: a handful.
    while (connection.states.size > 5) {
      const second = [...connection.states.keys()][1];
      if (second === undefined) break;
      connection.states.delete(second);
    }
    return pos;
  }

  #makeRoom(device: string): void {
    const own = [...this.#connections.keys()].filter((key) => key.startsWith(device));
    if (own.length >= connections_per_device_max && own[0] !== undefined) this.#connections.delete(own[0]);
    if (this.#connections.size < connections_max) return;
    const oldest = this.#connections.keys().next();
    if (!oldest.done) this.#connections.delete(oldest.value);
  }
}
