-- The readers who left by a broadcast: few, and counted apart from those that went out.
create index delivery_broadcast_departed on delivery (account_id, broadcast_id)
    where broadcast_id is not null and departure is not null;
