-- The people, what is known of them, and the labels they wear.
create table subscriber (
    account_id       bigint      not null references account on delete cascade,
    id               bigint      not null,
    email_address    text        not null,
    first_name       text        null,
    state            text        not null
                     check (state in ('active', 'inactive', 'cancelled', 'bounced', 'complained')),
    state_changed_at timestamptz not null,
    fields           jsonb       not null default '{}', -- custom field id -> value
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    primary key (account_id, id)
);
create unique index subscriber_email on subscriber (account_id, lower(email_address));
create index subscriber_created on subscriber (account_id, created_at, id);
create index subscriber_updated on subscriber (account_id, updated_at, id);

create table custom_field (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null, -- made of the first key, kept when that changes
    key             text        not null,
    label           text        not null,
    created_at      timestamptz not null,
    primary key (account_id, id),
    unique (account_id, key)
);
create unique index custom_field_label on custom_field (account_id, lower(label));

create table tag (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (account_id, id)
);
create unique index tag_name on tag (account_id, lower(name));

create table tagging (
    account_id      bigint      not null,
    tag_id          bigint      not null,
    subscriber_id   bigint      not null,
    id              bigint      not null, -- breaks ties between taggings of one instant
    tagged_at       timestamptz not null,
    primary key (account_id, tag_id, subscriber_id),
    foreign key (account_id, tag_id) references tag on delete cascade,
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
create index tagging_newest on tagging (account_id, tag_id, tagged_at, id);
create index tagging_subscriber on tagging (account_id, subscriber_id);
