-- The ways in, and saved questions about the people.
create table form (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null,
    kind            text        not null check (kind in ('embed', 'hosted')),
    status          text        not null default 'active' check (status in ('active', 'archived', 'trashed')),
    uid             text        not null, -- names the form in public pages
    created_at      timestamptz not null,
    primary key (account_id, id),
    unique (account_id, uid)
);

create table form_member (
    account_id      bigint      not null,
    form_id         bigint      not null,
    subscriber_id   bigint      not null,
    id              bigint      not null,
    referrer        text        null,
    added_at        timestamptz not null,
    primary key (account_id, form_id, subscriber_id),
    foreign key (account_id, form_id) references form on delete cascade,
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
create index form_member_newest on form_member (account_id, form_id, added_at, id);
create index form_member_subscriber on form_member (account_id, subscriber_id);

create table segment (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null,
    filter          jsonb       not null, -- groups of conditions, each group any, all or none of its own
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (account_id, id)
);
