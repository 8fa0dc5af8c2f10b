-- Who works in which account, and as what: a user may work in several. Logging in may take a second factor.
create table membership (
    account_id      bigint      not null references account on delete cascade,
    user_id         bigint      not null references account_user on delete cascade,
    role            text        not null check (role in ('owner', 'editor', 'viewer')),
    created_at      timestamptz not null,
    primary key (account_id, user_id)
);
create index membership_user on membership (user_id, account_id);
insert into membership (account_id, user_id, role, created_at)
select account_id, id, role, created_at from account_user;
alter table account_user drop column role, drop column account_id;

delete from session; -- whoever is logged in logs in again
alter table session
    add column account_id bigint  not null references account on delete cascade, -- that they work in at present
    add column proven     boolean not null; -- false: the second factor is still to be shown
create index session_of_user on session (user_id);

create table second_factor (
    user_id         bigint      not null primary key references account_user on delete cascade,
    secret          text        not null, -- sealed
    confirmed_at    timestamptz null,     -- null: set up, and not in use yet
    last_step       bigint      not null  -- of 30 seconds, whose code was shown: each counts once
);

create table recovery_code (
    user_id         bigint      not null references account_user on delete cascade,
    hash            bytea       not null, -- SHA-256; a code is random and used once
    primary key (user_id, hash)
);

-- Links by which somebody comes to work in an account. Found without knowing it.
create table invitation (
    hash            bytea       not null primary key, -- SHA-256 of the link's token, which is kept nowhere
    account_id      bigint      not null references account on delete cascade,
    email_address   text        not null,
    role            text        not null check (role in ('owner', 'editor', 'viewer')),
    created_at      timestamptz not null,
    expires_at      timestamptz not null
);
create index invitation_account on invitation (account_id, created_at);
