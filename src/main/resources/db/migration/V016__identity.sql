-- Who we are when we send, and whom we may not send to whatever else is said of them.
create table dkim_key (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    domain          text        not null,
    selector        text        not null,
    algorithm       text        not null check (algorithm in ('rsa', 'ed25519')),
    public_key      text        not null, -- p= of its DNS record
    private_key     text        not null, -- sealed by the installation's vault
    created_at      timestamptz not null,
    signing_since   timestamptz null,
    primary key (account_id, id),
    unique (account_id, domain, selector)
);
create unique index dkim_key_signing on dkim_key (account_id, domain, algorithm) where signing_since is not null;

-- Bounces come back to the envelope sender of the first attempt, and greylists know it by it.
alter table delivery add column envelope_sender text null;

-- Addresses that get no mail, whoever they are said to belong to. An import or the API cannot take one off.
create table suppression (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    address         text        not null, -- in lower case, with its domain as DNS knows it
    reason          text        not null check (reason in ('unsubscribed', 'manual', 'bounced', 'complained')),
    evidence        text        not null, -- what made us think so, in the words that came
    subscriber_id   bigint      null,     -- whose address it was
    created_at      timestamptz not null,
    primary key (account_id, id),
    unique (account_id, address)
);

-- Who was taken off the list, never changed.
create table suppression_removal (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    address         text        not null,
    reason          text        not null,
    evidence        text        not null,
    created_at      timestamptz not null,
    removed_at      timestamptz not null,
    note            text        null, -- why, as its remover says
    primary key (account_id, id)
);
