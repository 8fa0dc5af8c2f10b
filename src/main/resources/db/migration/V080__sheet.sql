-- Tables of people that an author has brought: kept until what they say is queued, and then for what became of it.
create table sheet (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    name            text        not null, -- of the file
    lines           integer     not null check (lines > 0),
    content         text        null,     -- null: it is queued
    created_at      timestamptz not null,
    job_id          bigint      null,     -- by which it is worked off
    primary key (account_id, id),
    foreign key (account_id, job_id) references bulk_job on delete cascade,
    check ((content is null) = (job_id is not null))
);
create index sheet_job on sheet (account_id, job_id) where job_id is not null;
