-- Those that nobody knows about, and those that wait for a person: few, and counted often.
create index delivery_unresolved on delivery (account_id, state) where state in ('uncertain', 'held');
