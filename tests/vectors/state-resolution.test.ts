import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  resolveState,
  roomVersion,
  stateMapKey,
  type JsonObject,
  type Pdu,
  type StateEvent,
  type StateMap,
} from '@majlis/protocol';
import { nodeCrypto } from '@majlis/protocol/testing';
import { readVectors } from './read-vectors.ts';

interface WrittenEvent {
  event_id: string;
  type: string;
  state_key: string;
  sender: string;
  content: JsonObject;
  origin_server_ts: number;
  auth_events: string[];
  prev_events: string[];
  rejected?: boolean;
}

interface Scenario {
  name: string;
  versions: string[];
  room_id: string;
  events: WrittenEvent[];
  state_sets: string[][];
  expect: string[];
}

const { scenarios } = readVectors<{ scenarios: Scenario[] }>('state-resolution.json');

function eventsOf(scenario: Scenario): Map<string, StateEvent> {
  return new Map(
    scenario.events.map(({ event_id: eventId, rejected = false, ...event }) => {
      const room =
        eventId === '$create' && scenario.room_id === '!create' ? {} : { room_id: scenario.room_id };
      const pdu: Pdu = { ...event, ...room, depth: 1 };
      return [eventId, { eventId, pdu, rejected }];
    }),
  );
}

function stateMap(events: Map<string, StateEvent>, ids: string[]): StateMap {
  return new Map(
    ids.map((id) => {
      const event = events.get(id);
      assert.ok(event, `${id} is in the scenario`);
      return [stateMapKey(event.pdu.type, event.pdu.state_key ?? ''), id];
    }),
  );
}

for (const scenario of scenarios) {
  for (const id of scenario.versions) {
    test(`version ${id}: ${scenario.name}`, () => {
      const version = roomVersion(id);
      assert.ok(version);
      const events = eventsOf(scenario);
      const sets = scenario.state_sets.map((ids) => stateMap(events, ids));
      for (const stateSets of [sets, sets.toReversed(), [...sets, ...sets]]) {
        const resolution = resolveState({
          version,
          roomId: scenario.room_id,
          stateSets,
          getEvent: (eventId) => events.get(eventId),
          crypto: nodeCrypto,
        });
        assert.ok(resolution.ok);
        assert.deepEqual([...resolution.state.values()].toSorted(), scenario.expect);
      }
    });
  }
}
