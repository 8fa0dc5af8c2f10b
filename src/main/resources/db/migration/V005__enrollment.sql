-- One subscriber's walk through one sequence, and the ledger of every email it led to.
create table enrollment (
    account_id      bigint      not null,
    id              bigint      not null,
    sequence_id     bigint      not null,
    subscriber_id   bigint      not null,
    run             integer     not null check (run >= 1),
    source          text        not null check (source in ('api', 'form', 'rule', 'automation', 'bulk', 'import', 'manual')),
    added_at        timestamptz not null, -- entry of the present run
    state           text        not null
                    check (state in ('pending', 'waiting', 'sending', 'parked', 'completed', 'cancelled', 'removed')),
    parked_because  text        null
                    check (parked_because in ('paused', 'no_send_day', 'end_of_sequence', 'nothing_published')),
    last_email_id   bigint      null, -- the step last done in this run
    anchor_at       timestamptz null, -- what the next delay counts from: entry, or when the last step was done
    next_email_id   bigint      null,
    due_at          timestamptz null,
    tzdata          text        null, -- the tz release due_at was computed with
    plan_version    bigint      not null,
    finished_at     timestamptz null,
    finish_reason   text        null
                    check (finish_reason in ('end', 'unsubscribed', 'bounced', 'complained', 'by_hand', 'sequence_deleted')),
    created_at      timestamptz not null,
    is_open         boolean     not null
                    generated always as (state in ('waiting', 'sending', 'parked')) stored,
    primary key (account_id, id),
    unique (account_id, subscriber_id, sequence_id),
    foreign key (account_id, sequence_id) references sequence on delete cascade,
    foreign key (account_id, subscriber_id) references subscriber on delete cascade,
    -- No foreign key for the two emails: they stay when they are deleted, and everybody's step would lock their row.
    check ((state = 'waiting') = (due_at is not null)),
    check ((due_at is null) = (tzdata is null)),
    check ((state = 'parked') = (parked_because is not null)),
    check ((state in ('completed', 'cancelled', 'removed')) = (finished_at is not null)),
    check ((finished_at is null) = (finish_reason is null)),
    check (state not in ('waiting', 'sending') or next_email_id is not null),
    check (state = 'pending' or finished_at is not null or anchor_at is not null)
);
create index enrollment_newest on enrollment (account_id, sequence_id, added_at, id);
-- Those whose plan is older than their sequence's are found by the re-planner through this one.
create index enrollment_plan on enrollment (account_id, sequence_id, plan_version, id)
    where is_open;

-- No index knows what changes as long as somebody walks: so a step finds room in the row's own page, and adds no entry to
-- any of them.
alter table enrollment set (fillfactor = 50);

-- Whoever waits, beside their enrollment for that reason.
create table enrollment_queue (
    account_id      bigint      not null,
    enrollment_id   bigint      not null,
    due_at          timestamptz not null, -- as the enrollment has it
    primary key (account_id, enrollment_id) -- no foreign key: to ask for it costs more than the row
);
create index enrollment_queue_due on enrollment_queue (account_id, due_at, enrollment_id);

-- Runs that ended because the subscriber started over.
create table enrollment_past_run (
    account_id      bigint      not null,
    enrollment_id   bigint      not null,
    run             integer     not null,
    source          text        not null,
    added_at        timestamptz not null,
    state           text        not null,
    ended_at        timestamptz not null,
    primary key (account_id, enrollment_id, run),
    foreign key (account_id, enrollment_id) references enrollment on delete cascade
);

-- A sequence whose people have to be looked at again, because its plan has changed.
create table replan (
    account_id      bigint      not null,
    sequence_id     bigint      not null,
    plan_version    bigint      not null,
    done            bigint      not null,
    requested_at    timestamptz not null,
    primary key (account_id, sequence_id),
    foreign key (account_id, sequence_id) references sequence on delete cascade
);

create table delivery (
    account_id        bigint      not null,
    id                bigint      not null,
    enrollment_id     bigint      not null,
    run               integer     not null,
    sequence_id       bigint      not null,
    sequence_email_id bigint      not null,
    subscriber_id     bigint      not null,
    token             text        not null, -- unguessable; names this email in its links and its envelope sender
    message_id        text        not null,
    state             text        not null
                      check (state in ('scheduled', 'deferred', 'uncertain', 'held', 'sent', 'bounced', 'failed',
                                       'skipped')),
    due_at            timestamptz not null,
    created_at        timestamptz not null,
    next_attempt_at   timestamptz null,
    attempts          integer     not null default 0,
    first_tried_at    timestamptz null,
    owner             bigint      null, -- the node that has claimed it
    at_dot            boolean     not null default false, -- marked: it is about to go out, or has
    settled_at        timestamptz null, -- accepted by the relay, given up, or skipped
    uncertain_at      timestamptz null, -- when it was found that nobody knows whether it arrived
    trials            integer     null, -- how often it was written on trial since a node ended that had taken it
    reason            text        null, -- why skipped or failed: a stable code
    detail            jsonb       null, -- the values of that reason
    reply             text        null, -- the server's last words
    left_at           timestamptz null, -- when the reader left the list by this email
    departure         text        null check (departure in ('unsubscribed', 'bounced', 'complained')),
    primary key (account_id, id),
    unique (account_id, enrollment_id, run, sequence_email_id),
    unique (account_id, token),
    foreign key (account_id, enrollment_id) references enrollment on delete cascade,
    check ((state in ('scheduled', 'deferred', 'uncertain')) = (next_attempt_at is not null)),
    check (owner is null or next_attempt_at is not null),
    check (not at_dot or owner is not null),
    check ((state in ('sent', 'bounced', 'failed', 'skipped')) = (settled_at is not null)),
    check (state <> 'skipped' or reason is not null),
    check ((left_at is null) = (departure is null))
);
create index delivery_email on delivery (account_id, sequence_email_id, id);
create index delivery_subscriber on delivery (account_id, subscriber_id, id);
create index delivery_sequence on delivery (account_id, sequence_id, id);

-- No index knows what changes when an email goes out: not its state, nor when it is tried next or was settled. So a
-- claim, a mark and a result find room in the row's own page, and add no entry to any of the indexes: three versions of a
-- third of a page.
alter table delivery set (fillfactor = 35);

-- Which nodes may have claimed deliveries of an account.
create table delivery_holder (
    account_id      bigint      not null,
    owner           bigint      not null,
    claimed_at      timestamptz not null,
    primary key (account_id, owner)
);

-- What was tried, one row per try, never changed.
create table attempt (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    number          integer     not null,
    node            bigint      not null,
    at              timestamptz not null,
    outcome         text        not null
                    check (outcome in ('accepted', 'deferred', 'rejected', 'broken', 'uncertain', 'unsupported', 'unrendered')),
    stage           text        null,
    reply           text        null,
    primary key (account_id, delivery_id, number)
    -- No foreign key: each attempt would lock its delivery's row once more. Who deletes a delivery deletes them.
);

-- What an email's letter is to one of whom nothing is known: letters on their way are kept as what tells them from it.
create table message_source (
    account_id      bigint      not null,
    id              text        not null, -- the SHA-256 of its bytes
    message         bytea       not null,
    used_at         timestamptz not null, -- when a node last asked for it to be kept
    primary key (account_id, id)
);

-- The bytes that may be at the receiver, kept while they may have to be sent again unchanged.
create table delivery_message (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    envelope_sender text        not null,
    source_id       text        null,     -- null: the message is here as it is
    message         bytea       not null, -- as it is, or what tells it from its source
    primary key (account_id, delivery_id) -- and no foreign key, as for attempts
);
