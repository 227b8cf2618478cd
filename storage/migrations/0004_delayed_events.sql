-- Events to be sent later unless they are restarted or cancelled (MSC4140). The id is an unguessable capability.
create table delayed_events (
  delay_id text collate "C" primary key,
  user_nid integer not null references accounts on delete cascade,
  device_id text collate "C" not null,
  room_id text collate "C" not null,
  type text collate "C" not null,
  state_key text collate "C",
  content text not null,                      -- JSON
  delay_ms bigint not null,
  scheduled_ts bigint not null,               -- when the delay last began
  outcome text,                               -- null while it waits: sent, cancelled, failed
  event_id text collate "C",
  error text,
  finalised_ts bigint
);
create index delayed_events_due on delayed_events ((scheduled_ts + delay_ms)) where outcome is null;
create index delayed_events_user on delayed_events (user_nid, scheduled_ts);
