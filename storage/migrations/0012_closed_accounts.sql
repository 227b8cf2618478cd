-- Closing an account takes several steps; an account in the middle of them is taken up again after a crash.
alter table accounts add column closing boolean not null default false;
create index accounts_closing on accounts (user_nid) where closing;

-- Set when the owner asked for erasure: who was not in a room by this position is shown their events emptied.
alter table accounts add column erased_at bigint;
create index accounts_erased on accounts (user_nid) where erased_at is not null;

create index media_owner on media (user_nid);
