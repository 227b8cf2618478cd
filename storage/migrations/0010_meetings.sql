-- Links by which people without an account ask to be let into a room's meeting.
create table meeting_links (
  link_id text collate "C" primary key,
  room_id text collate "C" not null,
  title text not null,
  created_by text collate "C" not null,
  created_ts bigint not null
);
create index meeting_links_room on meeting_links (room_id);

create table meeting_guests (
  guest_id text collate "C" primary key,
  link_id text collate "C" not null references meeting_links on delete cascade,
  room_id text collate "C" not null,
  name text not null,
  secret_hash bytea not null,
  state text not null,                        -- waiting, admitted, refused, removed
  key_offer text,
  knocked_ts bigint not null
);
create index meeting_guests_room on meeting_guests (room_id, state);

-- Members put out of a meeting: refused until the meeting is over.
create table meeting_removals (
  room_id text collate "C" not null,
  user_id text collate "C" not null,
  removed_ts bigint not null,
  primary key (room_id, user_id)
);

-- Which room a LiveKit call belongs to while it lasts: the call's name is a hash and does not tell.
create table meeting_calls (
  call_name text collate "C" primary key,
  room_id text collate "C" not null
);
