-- What forms show and do, who has signed up by them and confirmed, and what can be shown for it later.
create table form_page (
    account_id           bigint      not null,
    form_id              bigint      not null,
    language             text        null, -- null: the visitor's
    heading              text        null, -- null: the form's name
    introduction         text        null,
    button               text        null,
    consent_text         text        null, -- beside a box that the visitor ticks; null: no box
    asks_name            boolean     not null,
    double_opt_in        boolean     not null,
    redirect_url         text        null, -- where a visitor goes on to
    confirmation_subject text        null,
    confirmation_text    text        null,
    tag_ids              bigint[]    not null, -- what those who have joined get
    sequence_ids         bigint[]    not null,
    primary key (account_id, form_id),
    foreign key (account_id, form_id) references form on delete cascade
);

-- Hosts that forms may lead on to.
create table redirect_host (
    account_id      bigint      not null references account on delete cascade,
    host            text        not null,
    primary key (account_id, host)
);

-- One confirmation mail each; it is confirmed once.
create table signup (
    account_id      bigint      not null,
    id              bigint      not null,
    form_id         bigint      not null,
    subscriber_id   bigint      not null,
    token           text        not null, -- names it in the link of its mail; unguessable
    counted_as      text        not null, -- the address as limits count it
    first_name      text        null,     -- a stranger's words until it is confirmed
    referrer        text        null,
    page            text        null,
    text_shown      text        null,     -- null: no form was shown, a program has asked
    client_address  text        null,
    user_agent      text        null,
    asked_at        timestamptz not null,
    confirmed_at    timestamptz null,
    primary key (account_id, id),
    unique (account_id, token),
    foreign key (account_id, form_id) references form on delete cascade,
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
create index signup_counted on signup (account_id, counted_as, asked_at);
create index signup_subscriber on signup (account_id, subscriber_id);

-- Locked while somebody signs up with this address, so that many at once are counted one by one.
create table signup_address (
    account_id      bigint      not null references account on delete cascade,
    counted_as      text        not null,
    asked_at        timestamptz not null,
    primary key (account_id, counted_as)
);
create index signup_address_old on signup_address (account_id, asked_at);

-- A reader's new address, until it is confirmed from there.
create table address_change (
    account_id      bigint      not null,
    id              bigint      not null,
    subscriber_id   bigint      not null,
    token           text        not null,
    new_address     text        not null,
    asked_at        timestamptz not null,
    confirmed_at    timestamptz null,
    primary key (account_id, id),
    unique (account_id, token),
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
create index address_change_subscriber on address_change (account_id, subscriber_id, asked_at);

-- Why an account may write to somebody. Rows are added and never changed, but that addresses of clients are shortened.
create table consent (
    account_id      bigint      not null,
    id              bigint      not null,
    subscriber_id   bigint      not null,
    source          text        not null check (source in ('form', 'api', 'import', 'reader')),
    form_id         bigint      null,
    text_shown      text        null, -- what the visitor read, word by word
    statement       text        null, -- what the operator says
    page            text        null,
    client_address  text        null,
    user_agent      text        null,
    asked_at        timestamptz not null,
    confirmed_at    timestamptz null, -- when the link in the confirmation mail was followed
    primary key (account_id, id),
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
create index consent_subscriber on consent (account_id, subscriber_id, id);
create index consent_client on consent (account_id, asked_at) where client_address is not null;
