-- Requests for many things at once that are worked off in the background, in steps of bounded size.
create table bulk_job (
    account_id        bigint      not null references account on delete cascade,
    id                bigint      not null,
    app_id            bigint      not null, -- what has asked; 0: the account itself
    operation         text        not null,
    bytes             bigint      not null, -- of the request
    items             integer     not null check (items >= 0),
    done              integer     not null,
    failed            integer     not null,
    created           integer     not null, -- people who were not on the list before
    created_at        timestamptz not null,
    finished_at       timestamptz null,
    callback_url      text        null,
    callback          text        null check (callback in ('waiting', 'delivered', 'failed')),
    callback_attempts integer     not null,
    callback_at       timestamptz null, -- when it is tried next
    callback_error    text        null, -- why the last try was none
    primary key (account_id, id),
    check (done between failed and items),
    check (created between 0 and done - failed),
    check ((done = items) = (finished_at is not null)),
    check ((callback_url is null) = (callback is null)),
    check ((callback is not distinct from 'waiting' and finished_at is not null) = (callback_at is not null))
);
create index bulk_job_waiting on bulk_job (account_id, id) where finished_at is null;
create index bulk_job_callback on bulk_job (account_id, callback_at, id) where callback_at is not null;
create index bulk_job_old on bulk_job (account_id, finished_at);

create table bulk_step (
    account_id      bigint      not null,
    job_id          bigint      not null,
    number          integer     not null,
    items           text        null, -- JSON, with commas between; null: the step is done
    results         text        not null, -- likewise: what the callback will tell
    failures        text        not null, -- likewise: what could not be done, and what was refused from the beginning
    size            integer     not null check (size > 0), -- items, those refused too
    attempts        integer     not null, -- that ended in a fault of ours
    primary key (account_id, job_id, number),
    foreign key (account_id, job_id) references bulk_job on delete cascade
);
create index bulk_step_waiting on bulk_step (account_id, job_id, number) where items is not null;
