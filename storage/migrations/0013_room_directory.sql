-- The directory of published rooms as it is shown, kept beside the state it is taken from, so that a page of it is a range.
create table published_rooms (
  room_nid integer primary key references rooms,
  room_id text collate "C" not null,
  joined_members integer not null default 0,
  name text,
  topic text,
  avatar_url text,
  canonical_alias text,
  join_rule text,
  room_type text,
  history_visibility text,
  guest_access text,
  words text not null default ''              -- name, topic and alias, folded for searching
);
create index published_rooms_order on published_rooms (joined_members desc, room_id);
