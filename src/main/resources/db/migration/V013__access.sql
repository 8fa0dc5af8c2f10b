-- Who comes in beside the holders of API keys: registered apps with the tokens that accounts gave them, and authors
-- with a browser. Found without knowing the account, and seldom written.
create table app (
    id              bigint      not null primary key,
    client_id       text        not null unique,
    name            text        not null,
    secret_hash     bytea       null, -- null: a public client, which can keep no secret
    redirect_uris   text[]      not null check (cardinality(redirect_uris) > 0),
    created_at      timestamptz not null,
    revoked_at      timestamptz null
);

-- What an account lets somebody do in its name. All tokens of one consent belong to one grant and end with it.
create table access_grant (
    id              bigint      not null primary key,
    account_id      bigint      not null references account on delete cascade,
    app_id          bigint      null references app on delete cascade, -- null: a token that the account made itself
    name            text        not null,
    created_at      timestamptz not null,
    revoked_at      timestamptz null
);
create index access_grant_account on access_grant (account_id, id);
create index access_grant_app on access_grant (app_id);

-- In all of these a row is found by a part of the secret's hash, as in api_key; the secret itself is kept nowhere.
create table authorization_code (
    key_id          text        not null primary key,
    hash            bytea       not null,
    grant_id        bigint      not null references access_grant on delete cascade,
    redirect_uri    text        not null,
    code_challenge  text        null, -- always S256
    scope           text        not null,
    expires_at      timestamptz not null,
    used_at         timestamptz null
);
create index authorization_code_grant on authorization_code (grant_id);

create table access_token (
    key_id          text        not null primary key,
    hash            bytea       not null,
    grant_id        bigint      not null references access_grant on delete cascade,
    scope           text        not null,
    expires_at      timestamptz null, -- null: until it is revoked
    revoked_at      timestamptz null
);
create index access_token_grant on access_token (grant_id);

create table refresh_token (
    key_id          text        not null primary key,
    hash            bytea       not null,
    grant_id        bigint      not null references access_grant on delete cascade,
    scope           text        not null,
    expires_at      timestamptz not null,
    used_at         timestamptz null -- whoever shows it again has stolen it, or was stolen from
);
create index refresh_token_grant on refresh_token (grant_id);

create table session (
    key_id          text        not null primary key,
    hash            bytea       not null,
    user_id         bigint      not null references account_user on delete cascade,
    created_at      timestamptz not null,
    seen_at         timestamptz not null, -- to some minutes
    expires_at      timestamptz not null
);

-- How much was done of what is rationed, in each part of the time that it is rationed for. Whoever loses it has lost
-- a minute's counts.
create unlogged table ration (
    name            text        not null primary key,
    slots           bigint[]    not null,
    counts          integer[]   not null,
    forget_at       timestamptz not null,
    check (cardinality(slots) = cardinality(counts))
);
create index ration_forget on ration (forget_at);
