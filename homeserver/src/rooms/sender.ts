import {
  authEventKeys,
  authorise,
  checkEventSize,
  isHashRoomId,
  mayRedact,
  redactEvent,
  redactionTarget,
  relationOf,
  signEvent,
} from '@majlis/protocol';
import type { JsonObject, Pdu, UnsignedPdu } from '@majlis/protocol';
import { ChainBroken, Conflict } from '@majlis/storage';
import type { NewEvent, StoredEvent, TransactionKey } from '@majlis/storage';
import { MatrixError, forbidden } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';
import { parsePdu } from './room.ts';
import type { Room } from './room.ts';
import { movesRoomUp } from './rooms.ts';
import type { Rooms } from './rooms.ts';
import { RecentTransactions } from './transactions.ts';

/** What a user wants to say; the server adds the rest. */
export interface Draft {
  readonly type: string;
  readonly sender: string;
  readonly content: JsonObject;
  /** Present on state events. */
  readonly stateKey?: string;
  /** Only for application services and tests; default: now. */
  readonly ts?: number;
}

/** What goes with an append. */
export interface AppendOptions {
  /** Events that redactions among the drafts aim at. */
  readonly targets?: ReadonlyMap<string, StoredEvent>;
  readonly transaction?: Transaction;
  /** An alias taken in the same write. */
  readonly alias?: { readonly alias: string; readonly creator: string };
}

export type Transaction = Omit<TransactionKey, 'ts'>;

const attempts_max = 5;
const annotation = 'm.annotation';
const annotations_looked_at = 100;
const repeated = 'M_DUPLICATE_ANNOTATION';
const noTargets: ReadonlyMap<string, StoredEvent> = new Map();
const depth_max = Number.MAX_SAFE_INTEGER;

type SenderParts = Pick<HomeserverParts, 'storage' | 'crypto' | 'signingKey' | 'clock'>;

/** The path of an event made here: build, check, append. */
export class Sender {
  readonly #parts: SenderParts;
  readonly #rooms: Rooms;
  readonly #recent = new RecentTransactions();

  constructor(parts: SenderParts, rooms: Rooms) {
    this.#parts = parts;
    this.#rooms = rooms;
  }

  /** The transaction id under which this user's device sent an event lately, for `unsigned.transaction_id`. */
  transactionOf(eventId: string, userId: string, deviceId: string): string | undefined {
    return this.#recent.transactionOf(eventId, userId, deviceId);
  }

  /**
   * Sends one event; answers its id once it is on disk. A transaction id seen before answers the event of then.
   * @throws MatrixError M_FORBIDDEN with the rule's reason, M_TOO_LARGE, M_DUPLICATE_ANNOTATION; StorageUnavailable.
   */
  async send(roomId: string, draft: Draft, transaction?: Transaction): Promise<string> {
    if (transaction === undefined) return (await this.sendAll(roomId, [draft]))[0]?.eventId ?? '';
    return this.#recent.once(transaction, async () => {
      try {
        if (relationOf(draft.content)?.relType === annotation) await this.#refuseRepeated(roomId, draft);
        return (await this.sendAll(roomId, [draft], transaction))[0]?.eventId ?? '';
      } catch (error) {
        if (!(error instanceof Conflict || isRepeated(error))) throw error;
        // The same transaction was sent before this process started.
        const eventId = await this.#parts.storage.rooms.transaction(transaction);
        if (eventId === undefined) throw error;
        return eventId;
      }
    });
  }

  /** Refuses an annotation that says what was said: one person says a thing once of an event (Client-Server API, "Avoiding duplicate annotations"). */
  async #refuseRepeated(roomId: string, { type, sender, content }: Draft): Promise<void> {
    const relation = relationOf(content);
    if (relation?.eventId === undefined) return;
    const { nid } = await this.#rooms.byId(roomId);
    const earlier = await this.#parts.storage.rooms.relations({
      parentEventId: relation.eventId,
      roomNid: nid,
      relType: annotation,
      type,
      sender,
      direction: 'backward',
      limit: annotations_looked_at,
    });
    if (earlier.some((event) => relationOf(parsePdu(event).content)?.key === relation.key))
      throw new MatrixError(400, repeated, 'You have said this of the event already');
  }

  /** Sends several events together: all are written or none. */
  async sendAll(
    roomId: string,
    drafts: readonly Draft[],
    transaction?: Transaction,
  ): Promise<readonly StoredEvent[]> {
    const strings = drafts.flatMap((draft) => [draft.type, draft.sender, draft.stateKey ?? '']);
    await this.#parts.storage.rooms.prepare(
      transaction === undefined ? strings : [...strings, transaction.userId],
    );
    for (let attempt = 1; ; attempt += 1) {
      const room = await this.#rooms.byId(roomId);
      const redactions = drafts.filter(({ type }) => type === 'm.room.redaction');
      const targets = redactions.length === 0 ? noTargets : await this.#redactionTargets(room, redactions);
      // From here to the append nothing is awaited: the room cannot change between the check and the place in the queue.
      try {
        if (this.#rooms.held(room.nid) !== room) throw new ChainBroken('the room left the memory meanwhile');
        return await this.appendTo(room, drafts, {
          targets,
          ...(transaction !== undefined && { transaction }),
        });
      } catch (error) {
        if (!(error instanceof ChainBroken) || attempt === attempts_max) throw error;
      }
    }
  }

  /** Builds the events on the head of the room and hands them to the writer, in this turn of the event loop. */
  appendTo(
    room: Room,
    drafts: readonly Draft[],
    options: AppendOptions = {},
  ): Promise<readonly StoredEvent[]> {
    const { targets = noTargets, transaction, alias } = options;
    const ts = this.#parts.clock.now();
    const built: NewEvent[] = [];
    try {
      for (const draft of drafts) built.push(this.#build(room, draft, targets, draft.ts ?? ts));
    } catch (error) {
      // Some of a batch were noted already: what is in memory no longer matches what will be written.
      if (built.length > 0) room.chain.broken = true;
      throw error;
    }
    const last = built.at(-1);
    if (transaction !== undefined && last !== undefined) this.#recent.note(last.eventId, transaction);
    return this.#parts.storage.rooms.append({
      events: built,
      chain: room.chain,
      ...(transaction !== undefined && { transaction: { ...transaction, ts } }),
      ...(alias !== undefined && { alias }),
    });
  }

  #build(room: Room, draft: Draft, targets: ReadonlyMap<string, StoredEvent>, ts: number): NewEvent {
    const { crypto, signingKey } = this.#parts;
    const event = unsignedEvent(room, draft, ts);
    const decision = authorise(event, room.roomId, room.upcoming, room.version);
    if (!decision.allowed) throw forbidden(decision.reason);
    const signed = signEvent(event, room.version, signingKey, crypto);
    const size = checkEventSize(signed.pdu, signed.text);
    if (!size.ok) throw new MatrixError(413, 'M_TOO_LARGE', size.reason);
    const redacts = redactionOf(room, signed.pdu, targets);
    room.proceed({ eventId: signed.eventId, pdu: signed.pdu });
    return toNewEvent(room, signed.pdu, signed.eventId, signed.text, redacts);
  }

  /** Reads the events that redactions aim at. */
  async #redactionTargets(
    room: Room,
    redactions: readonly Draft[],
  ): Promise<ReadonlyMap<string, StoredEvent>> {
    const targets = new Map<string, StoredEvent>();
    for (const draft of redactions) {
      const target = draft.content['redacts'];
      if (typeof target !== 'string') continue;
      const event = room.recent(target) ?? (await this.#parts.storage.rooms.event(target));
      if (event !== undefined && event.roomNid === room.nid) targets.set(target, event);
    }
    return targets;
  }
}

function isRepeated(error: unknown): boolean {
  return error instanceof MatrixError && error.errcode === repeated;
}

function unsignedEvent(room: Room, draft: Draft, ts: number): UnsignedPdu {
  const { version } = room;
  const { redacts, content } = placeRedacts(draft, version.id);
  const event: UnsignedPdu = {
    type: draft.type,
    sender: draft.sender,
    content,
    depth: Math.min(room.depth + 1, depth_max),
    prev_events: [...room.extremities],
    auth_events: [],
    origin_server_ts: ts,
  };
  if (redacts !== undefined) event.redacts = redacts;
  if (!(draft.type === 'm.room.create' && isHashRoomId(room.roomId))) event.room_id = room.roomId;
  if (draft.stateKey !== undefined) {
    event.state_key = draft.stateKey;
    const previous = room.upcoming(draft.type, draft.stateKey);
    if (previous !== undefined) {
      event.unsigned = {
        replaces_state: previous.eventId,
        prev_content: previous.pdu.content,
        prev_sender: previous.pdu.sender,
      };
    }
  }
  for (const [type, key] of authEventKeys(event, version)) {
    const authority = room.upcoming(type, key);
    if (authority !== undefined) event.auth_events.push(authority.eventId);
  }
  return event;
}

/** Before version 11 `redacts` stands at the top of the event, from 11 in its content. */
function placeRedacts(draft: Draft, versionId: string): { redacts: string | undefined; content: JsonObject } {
  const target = draft.content['redacts'];
  if (draft.type !== 'm.room.redaction' || typeof target !== 'string' || Number(versionId) >= 11) {
    return { redacts: undefined, content: draft.content };
  }
  const { redacts: _moved, ...content } = draft.content;
  return { redacts: target, content };
}

/** What a redaction empties. One that may not, or aims at nothing we have, is kept without effect. */
function redactionOf(
  room: Room,
  pdu: Pdu,
  targets: ReadonlyMap<string, StoredEvent>,
): { eventId: string; json: string } | undefined {
  if (pdu.type !== 'm.room.redaction') return undefined;
  const target = targets.get(redactionTarget(pdu, room.version) ?? '');
  if (target === undefined || target.redactedBy !== null) return undefined;
  if (target.sender !== pdu.sender && !mayRedact(room.upcoming, pdu.sender, room.version)) {
    throw forbidden('Redacting the events of others needs a higher power level');
  }
  return { eventId: target.eventId, json: JSON.stringify(redactEvent(parsePdu(target), room.version)) };
}

/** What the writer needs to know of a signed event. */
export function toNewEvent(
  room: Room,
  pdu: Pdu,
  eventId: string,
  text: string,
  redacts?: { eventId: string; json: string },
): NewEvent {
  const membership = pdu.type === 'm.room.member' ? pdu.content['membership'] : undefined;
  const relation = pdu.content['m.relates_to'];
  const relatesTo =
    relation !== null && typeof relation === 'object' && !Array.isArray(relation) ? relation : undefined;
  const parent = relatesTo?.['event_id'];
  const relType = relatesTo?.['rel_type'];
  return {
    roomNid: room.nid,
    eventId,
    type: pdu.type,
    stateKey: pdu.state_key ?? null,
    sender: pdu.sender,
    ts: pdu.origin_server_ts,
    depth: pdu.depth,
    json: text,
    flags: 0,
    ...(typeof membership === 'string' && { membership }),
    ...(typeof parent === 'string' &&
      typeof relType === 'string' &&
      parent.length <= 255 &&
      relType.length <= 255 && { relatesTo: { eventId: parent, relType } }),
    ...(redacts !== undefined && { redacts }),
    movesRoomUp: movesRoomUp(pdu.type),
  };
}
