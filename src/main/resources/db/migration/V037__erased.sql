-- What is kept of somebody who was erased: that the links of their emails were ours, so that whoever follows one is told
-- that they are out. Their address is kept as a keyed hash among the suppressed ones.
create table erased_link (
    account_id      bigint      not null references account on delete cascade,
    token_hash      bytea       not null, -- SHA-256
    primary key (account_id, token_hash)
);
