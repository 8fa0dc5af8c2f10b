-- People are looked up by the beginning of their address, in the order of bytes, whatever the database sorts by.
create index subscriber_beginning on subscriber (account_id, (lower(email_address) collate "C"), id);
