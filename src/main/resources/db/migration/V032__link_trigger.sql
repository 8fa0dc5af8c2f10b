-- What following a link leads to.
create table link_trigger (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null,
    url             text        not null,
    tag_id          bigint      null, -- put on whoever follows it
    sequence_id     bigint      null, -- which whoever follows it joins
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (account_id, id),
    foreign key (account_id, tag_id) references tag on delete cascade,
    foreign key (account_id, sequence_id) references sequence on delete cascade,
    check ((tag_id is null) <> (sequence_id is null))
);
create index link_trigger_url on link_trigger (account_id, md5(url));

-- Whom it has happened to: each person once.
create table link_trigger_effect (
    account_id      bigint      not null,
    link_trigger_id bigint      not null,
    subscriber_id   bigint      not null,
    at              timestamptz not null,
    primary key (account_id, link_trigger_id, subscriber_id),
    foreign key (account_id, link_trigger_id) references link_trigger on delete cascade,
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
create index link_trigger_effect_subscriber on link_trigger_effect (account_id, subscriber_id);
