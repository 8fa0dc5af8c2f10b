-- Pieces of content that many emails share.
create table snippet (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null,
    kind            text        not null check (kind in ('inline', 'block')),
    key             text        not null, -- made of the first name, kept when that changes
    content         text        not null, -- inline: text, block: HTML; both Liquid
    archived        boolean     not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (account_id, id),
    unique (account_id, key)
);
