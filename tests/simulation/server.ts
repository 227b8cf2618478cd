import {
  authEventKeys,
  nextDepth,
  signEvent,
  stateMapKey,
  type Crypto,
  type Decision,
  type JsonObject,
  type Pdu,
  type RoomVersion,
  type StateEvent,
  type StateLookup,
  type StateMap,
  type UnsignedPdu,
} from '@majlis/protocol';
import { keyOf, lookUpKey } from './crypto.ts';
import { trueRules, type Rules } from './rules.ts';

/** An event as a server has taken it in. */
export interface KnownEvent extends StateEvent {
  readonly text: string;
  readonly rejected: boolean;
  /** The rule that rejected it. */
  readonly rule?: string;
  readonly stateAfter: StateMap;
}

/** What a user wants to send; the server adds the rest. */
export interface Intent {
  type: string;
  sender: string;
  stateKey?: string;
  content: JsonObject;
}

const prevEventsMax = 10;
const emptyState: StateMap = new Map();

/**
 * A homeserver as far as one room is concerned: it takes in what arrives in any order, checks it as the specification
 * says, and keeps the state after each event. Events whose parents are unknown wait for them.
 */
export class SimulatedServer {
  readonly name: string;
  readonly events = new Map<string, KnownEvent>();
  readonly waiting = new Map<string, { pdu: Pdu; text: string }>();
  /** Texts on their way to this server. */
  inbox: string[] = [];
  private extremities = new Set<string>();
  private readonly seen = new Set<string>();
  private readonly version: RoomVersion;
  private readonly crypto: Crypto;
  private readonly rules: Rules;
  private readonly resolved = new Map<string, StateMap>();
  private roomId = '';

  constructor(name: string, version: RoomVersion, crypto: Crypto, rules: Rules = trueRules) {
    this.name = name;
    this.version = rules.version(version);
    this.crypto = crypto;
    this.rules = rules;
  }

  enterRoom(roomId: string): void {
    this.roomId = roomId;
  }

  /** Takes in an event, and all that waited for it. */
  receive(text: string): void {
    if (this.seen.has(text)) return;
    this.seen.add(text);
    const received = this.rules.receiveEvent(text, this.version, lookUpKey, this.crypto);
    if (received.outcome === 'dropped' || this.events.has(received.eventId)) return;
    const { pdu, eventId } = received;
    const roomId =
      this.version.roomIdIsHash && pdu.type === 'm.room.create' ? '!' + eventId.slice(1) : pdu.room_id;
    if (roomId !== this.roomId) return;
    this.waiting.set(eventId, { pdu, text: received.text });
    this.admitWaiting();
  }

  private admitWaiting(): void {
    for (let progress = true; progress;) {
      progress = false;
      for (const [eventId, { pdu, text }] of this.waiting) {
        const missing = [...pdu.prev_events, ...pdu.auth_events].some((id) => !this.events.has(id));
        if (missing) continue;
        this.waiting.delete(eventId);
        this.admit(eventId, pdu, text);
        progress = true;
      }
    }
  }

  private admit(eventId: string, pdu: Pdu, text: string): void {
    const stateBefore = this.stateAfter(pdu.prev_events);
    const decision = this.judge(pdu, stateBefore);
    const rejected = !decision.allowed;
    const applies = pdu.state_key !== undefined && (!rejected || this.rules.rejectedStateCounts);
    const stateAfter = applies ? this.withEvent(stateBefore, pdu, eventId) : stateBefore;
    const softFailed = !rejected && this.softFails(pdu);
    this.events.set(eventId, {
      eventId,
      pdu,
      text,
      rejected,
      stateAfter,
      ...(decision.allowed ? {} : { rule: decision.rule }),
    });
    if (rejected || softFailed) return;
    for (const id of pdu.prev_events) this.extremities.delete(id);
    this.extremities.add(eventId);
  }

  /** Checks 4 and 5: against the auth events, then against the state before the event. */
  private judge(pdu: Pdu, stateBefore: StateMap): Decision {
    const { rules, version, roomId, crypto } = this;
    const authEvents = pdu.auth_events.map((id) => this.event(id));
    const cited = rules.checkAuthEvents(pdu, authEvents, roomId, version);
    if (!cited.allowed) return cited;
    const byAuthEvents = rules.authorise(pdu, roomId, this.authLookup(authEvents), version, crypto);
    if (!byAuthEvents.allowed) return byAuthEvents;
    return rules.authorise(pdu, roomId, this.lookup(stateBefore), version, crypto);
  }

  /** Check 6: against the current state. What it says depends on when the event came, so that it decides nothing here
   * but whether we build on the event. */
  private softFails(pdu: Pdu): boolean {
    if (this.extremities.size === 0) return false;
    const current = this.lookup(this.currentState());
    return !this.rules.authorise(pdu, this.roomId, current, this.version, this.crypto).allowed;
  }

  private authLookup(authEvents: readonly StateEvent[]): StateLookup {
    return (type, stateKey) => {
      if (this.version.roomIdIsHash && type === 'm.room.create')
        return this.events.get('$' + this.roomId.slice(1));
      return authEvents.find(({ pdu }) => pdu.type === type && pdu.state_key === stateKey);
    };
  }

  lookup(state: StateMap): StateLookup {
    return (type, stateKey) => {
      const eventId = state.get(stateMapKey(type, stateKey));
      return eventId === undefined ? undefined : this.event(eventId);
    };
  }

  private event(eventId: string): KnownEvent {
    const event = this.events.get(eventId);
    if (event === undefined) throw new Error(`${this.name} has no ${eventId}`);
    return event;
  }

  private withEvent(state: StateMap, pdu: Pdu, eventId: string): StateMap {
    return new Map([...state, [stateMapKey(pdu.type, pdu.state_key ?? ''), eventId]]);
  }

  /** The resolved state after some events. */
  stateAfter(eventIds: readonly string[]): StateMap {
    const stateSets = [...new Set(eventIds.map((id) => this.event(id).stateAfter))];
    if (stateSets.length <= 1) return stateSets[0] ?? emptyState;
    const key = eventIds.toSorted().join(' ');
    const before = this.resolved.get(key);
    if (before !== undefined) return before;
    const resolution = this.rules.resolveState({
      version: this.version,
      roomId: this.roomId,
      stateSets,
      getEvent: (id) => this.events.get(id),
      crypto: this.crypto,
    });
    if (!resolution.ok)
      throw new Error(`${this.name} cannot resolve: ${resolution.reason} ${resolution.eventId}`);
    this.resolved.set(key, resolution.state);
    return resolution.state;
  }

  /** The state over the events we would build on. */
  currentState(): StateMap {
    return this.stateAfter([...this.extremities]);
  }

  /** The state over every accepted event that no accepted event follows: the same for all who have the same events. */
  finalState(): StateMap {
    const followed = new Set<string>();
    for (const { pdu, rejected } of this.events.values()) {
      if (!rejected) for (const id of pdu.prev_events) followed.add(id);
    }
    const leaves = [...this.events.values()].filter(
      ({ rejected, eventId }) => !rejected && !followed.has(eventId),
    );
    return this.stateAfter(leaves.map(({ eventId }) => eventId));
  }

  /** Builds on what the server knows. Undefined where the rules do not allow it: an honest server sends no such event. */
  send(intent: Intent, timestamp: number): string | undefined {
    const prevEvents = [...this.extremities].toSorted().slice(0, prevEventsMax);
    const state = this.stateAfter(prevEvents);
    const event = this.draft(intent, prevEvents, state, timestamp);
    if (!this.judge(event, state).allowed) return undefined;
    const { text } = signEvent(event, this.version, keyOf(this.name), this.crypto);
    return text;
  }

  /** An event on some others, with the auth events a state has for it. */
  draft(intent: Intent, prevEvents: string[], state: StateMap, timestamp: number): UnsignedPdu {
    const { type, sender, stateKey, content } = intent;
    const key = stateKey === undefined ? {} : { state_key: stateKey };
    const authEvents = authEventKeys({ type, sender, content, ...key }, this.version)
      .map(([authType, authKey]) => state.get(stateMapKey(authType, authKey)))
      .filter((id) => id !== undefined);
    return {
      type,
      sender,
      content,
      ...key,
      ...(this.roomId === '' ? {} : { room_id: this.roomId }),
      depth: nextDepth(prevEvents.map((id) => this.event(id).pdu.depth)),
      prev_events: prevEvents,
      auth_events: authEvents,
      origin_server_ts: timestamp,
    };
  }
}
