-- One commit-ordered stream for everything that a sync must report. The row lock that the UPDATE takes is held until
-- the commit, so a position that can be read implies that every smaller one can be read too: no holes.
create table stream (
  only_row boolean primary key default true check (only_row),
  position bigint not null
);
insert into stream (position) values (0);

-- Interned strings: user ids, event types and state keys, so that the large tables hold four bytes instead of forty.
create table strings (
  nid integer generated always as identity primary key,
  value text collate "C" not null unique
);

create table accounts (
  user_nid integer primary key references strings,
  user_id text collate "C" not null unique,
  password_hash text,                 -- Argon2id, PHC string; null: no password (guest or external login)
  is_admin boolean not null default false,
  is_guest boolean not null default false,
  deactivated boolean not null default false,
  created_ts bigint not null,
  profile jsonb not null default '{}' -- displayname, avatar_url and the other profile fields
);

create table devices (
  user_nid integer not null references accounts on delete cascade,
  device_id text collate "C" not null,
  display_name text,
  created_ts bigint not null,
  last_seen_ts bigint,
  last_seen_ip text,
  primary key (user_nid, device_id)
);

-- Tokens are kept only as SHA-256, so that a stolen dump signs nobody in.
create table access_tokens (
  token_hash bytea primary key,
  user_nid integer not null,
  device_id text collate "C" not null,
  expires_ts bigint,                  -- null: until logged out
  refresh_hash bytea,                 -- the refresh token this one came from
  created_ts bigint not null,
  foreign key (user_nid, device_id) references devices on delete cascade
);
create index access_tokens_device on access_tokens (user_nid, device_id);

create table refresh_tokens (
  token_hash bytea primary key,
  user_nid integer not null,
  device_id text collate "C" not null,
  replaced_by bytea,                  -- set once the next one was issued; reuse after that ends the session
  created_ts bigint not null,
  foreign key (user_nid, device_id) references devices on delete cascade
);
create index refresh_tokens_device on refresh_tokens (user_nid, device_id);

-- Invitations to register while registration is closed; kept as hashes.
create table registration_tokens (
  token_hash bytea primary key,
  makes_admin boolean not null default false,
  uses_left integer not null,
  expires_ts bigint
);

-- Filters that clients uploaded for /sync; the id is taken from the content, so that the same filter is kept once.
create table filters (
  user_nid integer not null references accounts on delete cascade,
  filter_id text collate "C" not null,
  definition text not null,                   -- JSON
  primary key (user_nid, filter_id)
);
