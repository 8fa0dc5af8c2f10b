-- What other people's servers are told: whom to tell, what is not told yet, and what was tried.
create table webhook_receiver (
    account_id                 bigint      not null references account on delete cascade,
    id                         bigint      not null,
    generation                 text        not null check (generation in ('endpoint', 'legacy')),
    name                       text        not null,
    url                        text        not null,
    description                text        not null,
    status                     text        not null check (status in ('active', 'disabled')),
    events                     text[]      not null, -- sorted
    parameter_id               bigint      null, -- legacy: whose events, such as a tag's
    parameter_text             text        null, -- legacy: a link
    secret                     text        null, -- sealed
    previous_secret            text        null, -- sealed
    previous_secret_expires_at timestamptz null,
    created_at                 timestamptz not null,
    updated_at                 timestamptz not null,
    deleted_at                 timestamptz null,
    primary key (account_id, id),
    check (cardinality(events) > 0),
    check ((generation = 'endpoint') = (secret is not null)),
    check ((previous_secret is null) = (previous_secret_expires_at is null)),
    check (generation = 'endpoint' or (cardinality(events) = 1 and previous_secret is null)),
    check (generation = 'legacy' or (parameter_id is null and parameter_text is null))
);

-- Written in the transaction of what happened, one row for each who is to hear of it; gone when it is in a delivery.
create table webhook_event (
    account_id    bigint      not null,
    id            bigint      not null,
    receiver_id   bigint      not null,
    event_id      text        not null, -- what a receiver knows a repetition by
    type          text        not null,
    occurred_at   timestamptz not null,
    data          text        not null, -- JSON, as it is sent
    primary key (account_id, id),
    foreign key (account_id, receiver_id) references webhook_receiver on delete cascade
);
create index webhook_event_next on webhook_event (account_id, receiver_id, occurred_at, id);
create index webhook_event_old on webhook_event (account_id, occurred_at);

create table webhook_delivery (
    account_id      bigint      not null,
    id              bigint      not null,
    receiver_id     bigint      not null,
    type            text        not null,
    event_count     integer     not null check (event_count between 1 and 100),
    body            text        not null, -- the same on every attempt
    status          text        not null check (status in ('pending', 'retrying', 'delivered', 'failed')),
    owner           bigint      null, -- the node that sends it now
    attempts        integer     not null,
    created_at      timestamptz not null,
    next_attempt_at timestamptz null,
    ended_at        timestamptz null,
    primary key (account_id, id),
    foreign key (account_id, receiver_id) references webhook_receiver on delete cascade,
    check ((status = 'pending') = (attempts = 0)),
    check ((status in ('delivered', 'failed')) = (ended_at is not null)),
    check (owner is null or ended_at is null),
    check ((owner is null and ended_at is null) = (next_attempt_at is not null))
);
create index webhook_delivery_ready on webhook_delivery (account_id, receiver_id, next_attempt_at, id)
    where next_attempt_at is not null;
create index webhook_delivery_owned on webhook_delivery (account_id, owner, receiver_id) where owner is not null;
create index webhook_delivery_newest on webhook_delivery (account_id, receiver_id, id);
create index webhook_delivery_old on webhook_delivery (account_id, created_at);

-- What was tried, one row per try, never changed.
create table webhook_attempt (
    account_id    bigint      not null,
    delivery_id   bigint      not null,
    number        integer     not null,
    at            timestamptz not null,
    status_code   integer     null, -- null: no answer
    response_body text        null, -- its beginning
    error         text        null, -- why there was no answer
    duration_ms   integer     not null,
    primary key (account_id, delivery_id, number),
    foreign key (account_id, delivery_id) references webhook_delivery on delete cascade,
    check ((status_code is null) = (error is not null))
);
