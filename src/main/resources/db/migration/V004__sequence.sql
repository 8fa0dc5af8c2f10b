-- The plan: ordered emails, each with a delay, inside a send window.
create table email_template (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null,
    category        text        not null,
    html            text        not null,
    is_default      boolean     not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (account_id, id)
);
create unique index email_template_default on email_template (account_id) where is_default;

create table sequence (
    account_id         bigint      not null references account on delete cascade,
    id                 bigint      not null,
    name               text        not null,
    sending_address_id bigint      null, -- null: the account's default
    email_template_id  bigint      null, -- null: the account's default
    send_days          smallint    not null check (send_days between 0 and 127), -- bit 0 is Monday
    send_hour          smallint    not null check (send_hour between 0 and 23),
    time_zone          text        not null,
    active             boolean     not null,
    repeat             boolean     not null,
    hold               boolean     not null,
    paused_at          timestamptz null, -- since when it is not active
    on_uncertain       text        not null default 'resend' check (on_uncertain in ('resend', 'hold')),
    catch_up           text        not null default 'next_slot'
                       check (catch_up in ('next_slot', 'at_once', 'spread', 'skip_if_later_than')),
    catch_up_hours     integer     null check (catch_up_hours between 1 and 8760),
    -- What those whom the last edit finds overdue get; they may not all have been looked at yet.
    overdue            text        not null default 'next_slot'
                       check (overdue in ('next_slot', 'at_once', 'spread', 'skip_if_later_than')),
    overdue_hours      integer     null check (overdue_hours between 1 and 8760),
    plan_version       bigint      not null, -- grows with every edit that can move someone's next email
    plan_changed_at    timestamptz not null, -- when it last grew
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    deleted_at         timestamptz null,
    primary key (account_id, id),
    foreign key (account_id, sending_address_id) references sending_address,
    foreign key (account_id, email_template_id) references email_template,
    check (active = (paused_at is null) or deleted_at is not null),
    check ((catch_up in ('spread', 'skip_if_later_than')) = (catch_up_hours is not null)),
    check ((overdue in ('spread', 'skip_if_later_than')) = (overdue_hours is not null))
);

create table sequence_exclusion (
    account_id      bigint      not null,
    sequence_id     bigint      not null,
    source_type     text        not null check (source_type in ('form', 'segment', 'sequence', 'tag')),
    source_id       bigint      not null,
    primary key (account_id, sequence_id, source_type, source_id),
    foreign key (account_id, sequence_id) references sequence on delete cascade
);

create table sequence_email (
    account_id         bigint      not null,
    id                 bigint      not null,
    sequence_id        bigint      not null,
    position           integer     not null check (position >= 0),
    subject            text        not null,
    preview_text       text        null,
    content            text        null,
    delay_value        integer     not null check (delay_value between 0 and 87600),
    delay_unit         text        not null check (delay_unit in ('days', 'hours')),
    send_days          smallint    null check (send_days between 1 and 127), -- null: the sequence's
    email_template_id  bigint      null,
    published          boolean     not null,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    deleted_at         timestamptz null,
    -- A deleted email keeps its place, so that those who got it know where they stand, and frees its position.
    deletion           bigint      not null default 0,
    primary key (account_id, id),
    unique (account_id, sequence_id, position, deletion) deferrable initially immediate,
    foreign key (account_id, sequence_id) references sequence on delete cascade,
    foreign key (account_id, email_template_id) references email_template,
    check ((deleted_at is null) = (deletion = 0)),
    check (not (delay_unit = 'hours' and send_days is not null)),
    check (not (delay_unit = 'hours' and delay_value = 0))
);
