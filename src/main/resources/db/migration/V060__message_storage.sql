-- The letters that a node has at their final dots, each in a slot that the next one writes over: so thousands of letters
-- in a second need the room of a few hundred. One whose end is not the end of its delivery goes to delivery_message.
create table letter_slot (
    account_id      bigint      not null,
    owner           bigint      not null, -- the node
    slot            integer     not null,
    delivery_id     bigint      not null, -- no index may know it: a letter is to find room in its slot's own page
    envelope_sender text        not null,
    source_id       text        null,     -- null: the message is here as it is
    message         bytea       not null, -- as it is, or what tells it from its source
    marked_at       timestamptz not null,
    primary key (account_id, owner, slot)
);
alter table letter_slot set (fillfactor = 30);

-- The bytes of an email are kept for as long as it is on its way: too short to be worth compressing or taking apart.
alter table letter_slot alter column message set storage external;
alter table letter_slot set (toast_tuple_target = 8160);
alter table delivery_message alter column message set storage external;
alter table delivery_message set (toast_tuple_target = 8160);
