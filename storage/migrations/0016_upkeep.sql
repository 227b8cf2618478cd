-- Readers ask when the keys of a user last changed: one row for each is enough.
delete from device_list_changes c using device_list_changes later
where later.user_nid = c.user_nid and later.position > c.position;
create unique index device_list_changes_user on device_list_changes (user_nid);

-- Old transaction ids are found by their time; they lie in its order, so that a rough index does.
create index transactions_created on transactions using brin (created_ts);
