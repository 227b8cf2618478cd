-- False for an access token that came out of a refresh and was not used yet: until it is, its refresh may have got lost on the
-- way, and the refresh token before it can be traded again.
alter table access_tokens add column used boolean not null default true;
