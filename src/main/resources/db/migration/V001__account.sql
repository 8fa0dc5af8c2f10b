-- Who owns everything. These four tables are found without knowing the account, so they are small and seldom written.
create table account (
    id              bigint      not null primary key,
    token           text        not null unique, -- names the account in links that leave the house
    name            text        not null,
    time_zone       text        not null,
    send_hour       smallint    not null check (send_hour between 0 and 23),
    postal_address  text        null,
    created_at      timestamptz not null
);

create table account_user (
    id              bigint      not null primary key,
    account_id      bigint      not null references account on delete cascade,
    email_address   text        not null,
    password_hash   text        not null,
    role            text        not null check (role in ('owner', 'editor', 'viewer')),
    created_at      timestamptz not null
);
create unique index account_user_email on account_user (lower(email_address));

create table api_key (
    id              bigint      not null primary key,
    account_id      bigint      not null references account on delete cascade,
    name            text        not null,
    key_id          text        not null unique, -- how a presented key finds its row; says nothing of the key
    hash            bytea       not null,        -- SHA-256 of the whole key; the key itself is kept nowhere
    created_at      timestamptz not null,
    revoked_at      timestamptz null
);

-- Blocks of ids, so that an id is known before its row is written and is never given out twice.
create table id_block (
    name text   not null primary key,
    next bigint not null
);
insert into id_block (name, next) values ('id', 1);

create table sending_address (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    email_address   text        not null,
    from_name       text        not null,
    verified_at     timestamptz null,
    is_default      boolean     not null,
    created_at      timestamptz not null,
    primary key (account_id, id)
);
create unique index sending_address_email on sending_address (account_id, lower(email_address));
create unique index sending_address_default on sending_address (account_id) where is_default;

-- One row per account: the distributed side of "which accounts have work".
create table account_clock (
    account_id      bigint      not null primary key references account on delete cascade
);
