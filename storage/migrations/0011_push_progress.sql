-- How far each pusher has got: everything up to this position was handed to its gateway or needed no notice. What is still
-- to be told after a restart is worked out from it. Pushers of before begin here.
alter table pushers add column told bigint not null default 0;
update pushers set told = (select position from stream);

create index receipts_user on receipts (user_nid, position);
