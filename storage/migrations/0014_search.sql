-- The words of messages, names and topics that the server can read, with the room as a word of its own (#12), so that one
-- index answers "these words in these rooms". Filled by the writer; cut into words by us, as PostgreSQL's own notion of a
-- word depends on the locale of the database.
create table event_words (
  event_nid bigint primary key,
  room_nid integer not null,
  words tsvector not null
);
create index event_words_words on event_words using gin (words);

-- What was written before is indexed at the first start, newest first; the row goes when it is done.
create table event_words_missing (
  only_row boolean primary key default true check (only_row),
  before bigint not null                      -- events below this position are still to be indexed
);
insert into event_words_missing (before) select position + 1 from stream where position > 0;
