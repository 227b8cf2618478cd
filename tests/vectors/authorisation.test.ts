import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorise, roomVersion, type JsonObject, type Pdu, type StateEvent } from '@majlis/protocol';
import { nodeCrypto } from '@majlis/protocol/testing';
import { readVectors } from './read-vectors.ts';

interface WrittenEvent {
  event_id: string;
  type: string;
  state_key: string;
  sender: string;
  content: JsonObject;
}

interface Vectors {
  room_id: Record<string, string>;
  states: Record<string, WrittenEvent[]>;
  cases: Array<{
    name: string;
    event: { type: string; sender: string; state_key?: string; content: JsonObject; prev_events?: string[] };
    with?: WrittenEvent[];
    without?: Array<[string, string]>;
    expect: Record<string, string>;
  }>;
}

const vectors = readVectors<Vectors>('authorisation.json');

function stateOf(version: string, vectorCase: Vectors['cases'][number]): Map<string, StateEvent> {
  const state = new Map<string, StateEvent>();
  for (const { event_id, ...event } of [...(vectors.states[version] ?? []), ...(vectorCase.with ?? [])]) {
    const pdu = { ...event, depth: 1, origin_server_ts: 1, prev_events: [], auth_events: [] };
    state.set(JSON.stringify([event.type, event.state_key]), { eventId: event_id, pdu });
  }
  for (const key of vectorCase.without ?? []) state.delete(JSON.stringify(key));
  return state;
}

for (const [id, roomId] of Object.entries(vectors.room_id)) {
  test(`version ${id}: every rule of the specification`, () => {
    const version = roomVersion(id);
    assert.ok(version);
    let decided = 0;
    for (const vectorCase of vectors.cases) {
      const expected = vectorCase.expect[id];
      if (expected === undefined) continue;
      const state = stateOf(id, vectorCase);
      const event: Pdu = {
        prev_events: ['$001'],
        ...vectorCase.event,
        room_id: roomId,
        depth: 2,
        origin_server_ts: 2,
        auth_events: [],
      };
      const lookup = (type: string, stateKey: string): StateEvent | undefined =>
        state.get(JSON.stringify([type, stateKey]));
      const decision = authorise(event, roomId, lookup, version, nodeCrypto);
      assert.equal(decision.allowed ? 'allow' : decision.rule, expected, vectorCase.name);
      assert.ok(decision.allowed || decision.reason !== '', vectorCase.name);
      decided += 1;
    }
    assert.ok(decided > 200, `${decided} decisions`);
  });
}
