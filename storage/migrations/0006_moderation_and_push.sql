-- Locked: nothing but signing out. Suspended: reading and leaving, but no writing.
alter table accounts add column locked boolean not null default false;
alter table accounts add column suspended boolean not null default false;

-- Where a device wants to be told of news while it sleeps. A pusher ends with the device that set it.
create table pushers (
  user_nid integer not null,
  device_id text collate "C" not null,
  app_id text collate "C" not null,
  pushkey text collate "C" not null,
  settings text not null,                     -- JSON as the client set it
  created_ts bigint not null,
  primary key (user_nid, app_id, pushkey),
  foreign key (user_nid, device_id) references devices on delete cascade
);
create index pushers_key on pushers (app_id, pushkey);

-- Short-lived tokens that prove something to others: who somebody is (openid), or that a device may sign another in (login).
create table proof_tokens (
  token_hash bytea primary key,
  purpose text not null,                      -- openid, login
  user_nid integer not null references accounts on delete cascade,
  expires_ts bigint not null
);
create index proof_tokens_expiry on proof_tokens (expires_ts);

-- What people told the operator of this server.
create table reports (
  report_id bigint generated always as identity primary key,
  reporter_nid integer not null,
  subject text not null,                      -- event, room, user
  room_id text collate "C",
  event_id text collate "C",
  user_id text collate "C",
  reason text not null,
  score integer,
  created_ts bigint not null
);
