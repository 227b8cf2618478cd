import type { JsonObject } from '@majlis/protocol';
import { eventFlags } from '@majlis/storage';
import type { Aggregation, Storage, StoredEvent } from '@majlis/storage';
import type { Requester } from '../http/endpoint.ts';
import type { Clock } from '../parts.ts';
import { parsePdu } from './room.ts';
import type { Sight } from './visibility.ts';
import type { Sender } from './sender.ts';

/** The immutable part of an event in client format, as JSON without its closing brace, and what `unsigned` it brought. */
interface Prepared {
  readonly head: string;
  readonly unsigned: JsonObject;
}

/** Rendered once per event and shared by everyone who is shown it. */
const prepared = new WeakMap<StoredEvent, Prepared>();

function prepare(event: StoredEvent): Prepared {
  let result = prepared.get(event);
  if (result === undefined) {
    const pdu = parsePdu(event);
    // From version 11 `redacts` is in the content; older clients look for it at the top.
    const redacts = pdu.redacts ?? (pdu.type === 'm.room.redaction' ? pdu.content['redacts'] : undefined);
    const client = {
      content: pdu.content,
      event_id: event.eventId,
      origin_server_ts: event.ts,
      ...(typeof redacts === 'string' && { redacts }),
      sender: event.sender,
      ...(event.stateKey !== null && { state_key: event.stateKey }),
      type: event.type,
    };
    result = { head: JSON.stringify(client).slice(0, -1), unsigned: pdu.unsigned ?? {} };
    prepared.set(event, result);
  }
  return result;
}

export interface RenderOptions {
  /** Outside `/sync` every event names its room. */
  readonly roomId?: string;
  /** What the viewer may see of each event, and their membership at its time. */
  readonly sight: Sight;
}

/** Events in client format (Client-Server API, "Room event format"). */
export class Renderer {
  readonly #storage: Storage;
  readonly #sender: Sender;
  readonly #clock: Clock;

  constructor(storage: Storage, sender: Sender, clock: Clock) {
    this.#storage = storage;
    this.#sender = sender;
    this.#clock = clock;
  }

  /** JSON texts in the order of `events`. Reads the database only for redacted events and events with relations. */
  async render(seen: readonly StoredEvent[], viewer: Requester, options: RenderOptions): Promise<string[]> {
    const { roomId, sight } = options;
    const events = seen.map(sight.shown);
    const [redactions, aggregations] = await Promise.all([
      this.#redactions(events),
      this.#aggregations(events, viewer.userId, sight),
    ]);
    const now = this.#clock.now();
    return events.map((event) => {
      const unsigned: JsonObject = { ...prepare(event).unsigned, age: Math.max(0, now - event.ts) };
      if (event.sender === viewer.userId) {
        const transaction = this.#sender.transactionOf(event.eventId, viewer.userId, viewer.deviceId);
        if (transaction !== undefined) unsigned['transaction_id'] = transaction;
      }
      unsigned['membership'] = sight.membershipAt(event);
      const redaction = event.redactedBy === null ? undefined : redactions.get(event.redactedBy);
      const parts: string[] = [];
      if (redaction !== undefined) parts.push(`"redacted_because":${bare(sight.shown(redaction), roomId)}`);
      const aggregation = aggregations.get(event.eventId);
      if (aggregation !== undefined && event.redactedBy === null) {
        parts.push(`"m.relations":${renderRelations(aggregation, options)}`);
      }
      return whole(event, roomId, unsigned, parts);
    });
  }

  async #redactions(events: readonly StoredEvent[]): Promise<Map<number, StoredEvent>> {
    const nids = events.flatMap((event) => event.redactedBy ?? []);
    if (nids.length === 0) return new Map();
    return new Map((await this.#storage.rooms.events(nids)).map((event) => [event.nid, event]));
  }

  /** Of what relates to events only what the viewer may see: an event can be edited after they left. */
  async #aggregations(
    events: readonly StoredEvent[],
    userId: string,
    { until = 0, sees, ignored }: Sight,
  ): Promise<Map<string, Aggregation>> {
    const parents = events.filter((event) => (event.flags & eventFlags.hasRelations) !== 0);
    if (parents.length === 0) return new Map();
    const found = await this.#storage.rooms.aggregations(
      parents.map((event) => event.eventId),
      userId,
      until === 'now' ? Number.MAX_SAFE_INTEGER : until,
      [...ignored],
    );
    return new Map(
      found.map(({ edit, thread, ...rest }) => [
        rest.parentEventId,
        {
          ...rest,
          ...(edit !== undefined && sees(edit) && { edit }),
          ...(thread !== undefined && sees(thread.latest) && { thread }),
        },
      ]),
    );
  }
}

/** A state event as `/state` and invitations show it: no per-viewer parts. */
export function renderState(event: StoredEvent, roomId?: string): string {
  return bare(event, roomId);
}

function bare(event: StoredEvent, roomId: string | undefined): string {
  return whole(event, roomId, prepare(event).unsigned, []);
}

function whole(
  event: StoredEvent,
  roomId: string | undefined,
  unsigned: JsonObject,
  parts: readonly string[],
): string {
  const room = roomId === undefined ? '' : `,"room_id":${JSON.stringify(roomId)}`;
  const text = JSON.stringify(unsigned);
  const more =
    parts.length === 0 ? text : `${text.slice(0, -1)}${text === '{}' ? '' : ','}${parts.join(',')}}`;
  return `${prepare(event).head}${room}${more === '{}' ? '' : `,"unsigned":${more}`}}`;
}

/** Bundled aggregations (Client-Server API, "Aggregations of child events"). */
function renderRelations(aggregation: Aggregation, { roomId, sight }: RenderOptions): string {
  const parts: string[] = [];
  if (aggregation.edit !== undefined)
    parts.push(`"m.replace":${bare(sight.shown(aggregation.edit), roomId)}`);
  if (aggregation.thread !== undefined) {
    const { count, latest, participated } = aggregation.thread;
    parts.push(
      `"m.thread":{"latest_event":${bare(sight.shown(latest), roomId)},"count":${count},"current_user_participated":${participated}}`,
    );
  }
  if (aggregation.references.length > 0) {
    const chunk = aggregation.references.map((eventId) => ({ event_id: eventId }));
    parts.push(`"m.reference":${JSON.stringify({ chunk })}`);
  }
  return `{${parts.join(',')}}`;
}
