-- Requests about everybody who is found, rather than about named people: worked off by id, a step at a time.
create table bulk_choice (
    account_id      bigint      not null,
    job_id          bigint      not null,
    target_id       bigint      not null, -- the tag or the sequence that it is about
    beginning       text        not null, -- of their addresses; forgotten when the request is done
    state           text        null,     -- that they are in
    tag_id          bigint      null,     -- that they wear
    after_id        bigint      not null, -- those up to here are done with
    steps           integer     not null, -- that have been done
    attempts        integer     not null, -- of the next one that ended in a fault of ours
    primary key (account_id, job_id),
    foreign key (account_id, job_id) references bulk_job on delete cascade
);
