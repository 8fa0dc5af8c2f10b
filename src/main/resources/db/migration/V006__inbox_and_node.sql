-- The built-in inbox, and the nodes that run. They belong to the installation, so they hold no foreign keys.
create table inbox_message (
    account_id      bigint      not null,
    id              bigint      not null,
    sender          text        not null,
    recipient       text        not null,
    subject         text        not null,
    raw             bytea       not null,
    received_at     timestamptz not null,
    primary key (account_id, id)
);
create index inbox_message_recipient on inbox_message (account_id, lower(recipient), id);

create table node (
    id              bigint      not null primary key, -- also the key of the advisory lock that it holds while alive
    started_at      timestamptz not null
);

-- Things the installation has to remember: a virtual clock's hands, secrets of its own.
create table setting (
    name  text not null primary key,
    value text not null
);
