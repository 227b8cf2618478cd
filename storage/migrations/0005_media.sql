-- Uploaded media. The bytes lie in the blob store under `blob_key`; the id is in every mxc:// address.
create table media (
  media_id text collate "C" primary key,
  user_nid integer not null,
  blob_key text collate "C",                  -- null: reserved, nothing uploaded yet
  content_type text,
  file_name text,
  size bigint,
  created_ts bigint not null,
  expires_ts bigint                           -- when a reservation lapses
);
create index media_reserved on media (user_nid) where blob_key is null;

create table thumbnails (
  media_id text collate "C" not null references media on delete cascade,
  variant text collate "C" not null,          -- width, height, method
  blob_key text collate "C" not null,
  content_type text not null,
  size bigint not null,
  primary key (media_id, variant)
);
