-- What authors have typed: saved by itself while they write, and kept of everything that they saved.
create table draft (
    account_id      bigint      not null references account on delete cascade,
    about           text        not null, -- such as sequence:7:email:9:
    user_id         bigint      not null references account_user on delete cascade,
    fields          text        not null, -- JSON
    saved_at        timestamptz not null,
    primary key (account_id, about, user_id)
);

create table version (
    account_id      bigint      not null references account on delete cascade,
    about           text        not null,
    number          integer     not null, -- from 1
    author          text        not null, -- the address of whoever saved it
    fields          text        not null, -- JSON
    saved_at        timestamptz not null,
    primary key (account_id, about, number)
);
