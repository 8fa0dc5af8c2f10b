-- What was answered to a request that may come again: its sender gave it a key, and gets the same answer for it.
create table repetition (
    account_id  bigint      not null references account on delete cascade,
    key_hash    bytea       not null,
    request     bytea       not null, -- the hash of what was asked for
    begun_at    timestamptz not null,
    answered_at timestamptz null,
    status      integer     null,
    answer      text        null, -- sealed: it may hold a secret; null once somebody of the account was erased
    primary key (account_id, key_hash),
    check ((answered_at is null) = (status is null)),
    check (answered_at is not null or answer is null)
);
create index repetition_begun on repetition (begun_at);
