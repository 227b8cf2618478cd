import type { RoomVersion } from './room-version.ts';

/** Version 6: strict canonical JSON, no special rule for aliases. https://spec.matrix.org/v1.19/rooms/v6/ */
export const v6: RoomVersion = Object.freeze({
  id: '6',
  knocking: false,
  restrictedJoins: false,
  knockRestricted: false,
  integerPowerLevels: false,
  creator: 'content',
  redactsIn: 'event',
  creatorsInfinite: false,
  roomIdIsHash: false,
  stateResolution: 'v2',
  redaction: Object.freeze({
    event: new Set([
      'event_id',
      'type',
      'room_id',
      'sender',
      'state_key',
      'content',
      'hashes',
      'signatures',
      'depth',
      'prev_events',
      'prev_state',
      'auth_events',
      'origin',
      'origin_server_ts',
      'membership',
    ]),
    content: new Map<string, readonly string[] | 'all'>([
      ['m.room.member', ['membership']],
      ['m.room.create', ['creator']],
      ['m.room.join_rules', ['join_rule']],
      [
        'm.room.power_levels',
        ['ban', 'events', 'events_default', 'kick', 'redact', 'state_default', 'users', 'users_default'],
      ],
      ['m.room.history_visibility', ['history_visibility']],
    ]),
    thirdPartyInviteSigned: false,
  }),
  rulesAbsent: Object.freeze(['1.5', '2', '5.2', '5.3.5', '5.7', '10.1', '10.2', '10.4']),
});
