-- Whom new sequences leave out unless they say otherwise.
create table account_exclusion (
    account_id      bigint      not null references account on delete cascade,
    source_type     text        not null check (source_type in ('form', 'segment', 'sequence', 'tag')),
    source_id       bigint      not null,
    primary key (account_id, source_type, source_id)
);
