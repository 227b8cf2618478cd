create table rooms (
  room_nid integer generated always as identity primary key,
  room_id text collate "C" not null unique,
  version text not null,
  created_ts bigint not null,
  published boolean not null default false,   -- listed in the public room directory
  last_tl bigint not null default 0,          -- newest timeline index
  bump_tl bigint not null default 0,          -- newest event that moves the room up in a list
  depth bigint not null default 0,
  extremities text[] not null default '{}'    -- event ids of the forward extremities
);

-- Each event once. `tl` is the room's timeline index: for a live event its stream position, for history fetched later a
-- negative number, so that every page, count and receipt is a range over (room_nid, tl).
create table events (
  event_nid bigint primary key,               -- the stream position at which it was written
  room_nid integer not null references rooms,
  tl bigint not null,
  event_id text collate "C" not null unique,
  type_nid integer not null,
  state_key_nid integer,
  sender_nid integer not null,
  ts bigint not null,
  flags smallint not null default 0,          -- 1: has relations pointing at it; 2: soft-failed; 4: rejected
  redacted_by bigint,                         -- event_nid of the redaction
  json text not null                          -- canonical JSON of the PDU, byte for byte as hashed
);
create unique index events_timeline on events (room_nid, tl);
create index events_time on events (room_nid, ts);

create table current_state (
  room_nid integer not null references rooms,
  type_nid integer not null,
  state_key_nid integer not null,
  event_nid bigint not null,
  primary key (room_nid, type_nid, state_key_nid)
);

-- State at timeline index N: from_tl <= N < to_tl.
create table state_history (
  room_nid integer not null references rooms,
  type_nid integer not null,
  state_key_nid integer not null,
  from_tl bigint not null,
  to_tl bigint not null default 9223372036854775807,
  event_nid bigint not null,
  primary key (room_nid, type_nid, state_key_nid, from_tl)
);
create index state_history_range on state_history (room_nid, from_tl, to_tl);

create table memberships (
  room_nid integer not null references rooms,
  user_nid integer not null,
  membership text not null,
  event_nid bigint not null,
  forgotten boolean not null default false,
  primary key (user_nid, room_nid)
);
create index memberships_room on memberships (room_nid, membership);

create table relations (
  parent_event_id text collate "C" not null,
  child_nid bigint not null references events,
  room_nid integer not null,
  rel_type text not null,
  type_nid integer not null,
  sender_nid integer not null,
  primary key (parent_event_id, child_nid)
);
create index relations_threads on relations (room_nid, child_nid) where rel_type = 'm.thread';

-- A repeated send with the same transaction id answers the same event, across restarts too.
create table transactions (
  user_nid integer not null,
  device_id text collate "C" not null,
  scope text collate "C" not null,            -- the endpoint and room, so that ids cannot collide across paths
  txn_id text collate "C" not null,
  event_id text collate "C" not null,
  created_ts bigint not null,
  primary key (user_nid, device_id, txn_id, scope)
);

create table aliases (
  alias text collate "C" primary key,
  room_nid integer not null references rooms,
  creator_nid integer not null
);
create index aliases_room on aliases (room_nid);

create table receipts (
  room_nid integer not null references rooms,
  user_nid integer not null,
  receipt_type text not null,                 -- m.read, m.read.private
  thread_id text collate "C" not null,        -- '' for an unthreaded receipt
  event_id text collate "C" not null,
  tl bigint not null,
  ts bigint not null,
  position bigint not null,
  primary key (room_nid, user_nid, receipt_type, thread_id)
);
create index receipts_position on receipts (room_nid, position);

create table account_data (
  user_nid integer not null,
  room_nid integer not null,                  -- 0: global
  type text collate "C" not null,
  content text not null,                      -- JSON
  position bigint not null,
  primary key (user_nid, room_nid, type)
);
create index account_data_position on account_data (user_nid, position);
