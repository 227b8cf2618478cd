-- Device identity keys as uploaded, with their signatures.
create table device_keys (
  user_nid integer not null,
  device_id text collate "C" not null,
  keys text not null,                         -- JSON of the signed device key object
  primary key (user_nid, device_id),
  foreign key (user_nid, device_id) references devices on delete cascade
);

create table one_time_keys (
  user_nid integer not null,
  device_id text collate "C" not null,
  algorithm text collate "C" not null,
  key_id text collate "C" not null,
  key text not null,                          -- JSON
  upload_order bigint generated always as identity,
  primary key (user_nid, device_id, algorithm, key_id),
  foreign key (user_nid, device_id) references devices on delete cascade
);
create index one_time_keys_order on one_time_keys (user_nid, device_id, algorithm, upload_order);

create table fallback_keys (
  user_nid integer not null,
  device_id text collate "C" not null,
  algorithm text collate "C" not null,
  key_id text collate "C" not null,
  key text not null,
  used boolean not null default false,
  primary key (user_nid, device_id, algorithm),
  foreign key (user_nid, device_id) references devices on delete cascade
);

-- master, self_signing, user_signing
create table cross_signing_keys (
  user_nid integer not null references accounts on delete cascade,
  usage text collate "C" not null,
  key text not null,                          -- JSON
  primary key (user_nid, usage)
);

-- Signatures that one user made over a key of another (or of their own devices), beside those in the key itself.
create table key_signatures (
  signer_nid integer not null,
  signer_key_id text collate "C" not null,
  target_nid integer not null,
  target_key_id text collate "C" not null,    -- device id or public cross-signing key
  signature text not null,
  primary key (target_nid, target_key_id, signer_nid, signer_key_id)
);

-- Whose keys changed when; joined with shared rooms at read time.
create table device_list_changes (
  position bigint primary key,
  user_nid integer not null
);

create table to_device_messages (
  user_nid integer not null,
  device_id text collate "C" not null,
  position bigint not null,
  sequence integer not null,                  -- order within one position
  sender_nid integer not null,
  type text collate "C" not null,
  content text not null,                      -- JSON
  primary key (user_nid, device_id, position, sequence),
  foreign key (user_nid, device_id) references devices on delete cascade
);

create table key_backup_versions (
  user_nid integer not null references accounts on delete cascade,
  version integer not null,
  algorithm text not null,
  auth_data text not null,                    -- JSON
  etag bigint not null default 0,
  key_count integer not null default 0,
  deleted boolean not null default false,
  primary key (user_nid, version)
);

create table key_backup_sessions (
  user_nid integer not null,
  version integer not null,
  room_id text collate "C" not null,
  session_id text collate "C" not null,
  first_message_index bigint not null,
  forwarded_count bigint not null,
  is_verified boolean not null,
  session_data text not null,                 -- JSON
  primary key (user_nid, version, room_id, session_id),
  foreign key (user_nid, version) references key_backup_versions on delete cascade
);

create table dehydrated_devices (
  user_nid integer primary key references accounts on delete cascade,
  device_id text collate "C" not null,
  device_data text not null                   -- JSON
);
