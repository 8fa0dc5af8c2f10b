-- Links by which somebody who has forgotten their password chooses another. Found without knowing an account.
create table password_reset (
    hash            bytea       not null primary key, -- SHA-256 of the link's token, which is kept nowhere
    user_id         bigint      not null references account_user on delete cascade,
    expires_at      timestamptz not null
);
create index password_reset_of_user on password_reset (user_id);
