-- What went wrong is few, and found at once among millions that did not.
create index delivery_rare_state on delivery (account_id, state, id)
    where state in ('uncertain', 'held', 'failed');
