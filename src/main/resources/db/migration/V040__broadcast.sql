-- One email to many, once, and its version on the web.
create table broadcast (
    account_id         bigint      not null references account on delete cascade,
    id                 bigint      not null,
    publication_id     bigint      not null,
    subject            text        null,
    preview_text       text        null,
    description        text        null,
    content            text        null,
    thumbnail_alt      text        null,
    thumbnail_url      text        null,
    sending_address_id bigint      null, -- null: the account's default
    email_template_id  bigint      null, -- null: the account's default
    audience_match     text        null check (audience_match in ('all', 'any', 'none')), -- null: everyone
    send_at            timestamptz null,
    status             text        not null
                       check (status in ('draft', 'scheduled', 'sending', 'completed', 'aborted')),
    started_at         timestamptz null, -- when sending began
    ended_at           timestamptz null, -- when it was through or was stopped
    abort_reason       text        null check (abort_reason in ('by_hand', 'audience_gone')),
    public             boolean     not null,
    published_at       timestamptz null, -- the date that its author gives the web version
    post_id            bigint      null, -- since it was public for the first time
    slug               text        null, -- names the post in its account's addresses
    appears_at         timestamptz null, -- when the post is to be seen
    appeared_at        timestamptz null, -- since when it is
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    primary key (account_id, id),
    foreign key (account_id, sending_address_id) references sending_address,
    foreign key (account_id, email_template_id) references email_template,
    unique (account_id, post_id),
    unique (account_id, slug),
    check (status = 'draft' or send_at is not null),
    check (status <> 'draft' or send_at is null),
    check (status not in ('sending', 'completed') or started_at is not null),
    check (status not in ('draft', 'scheduled') or started_at is null),
    check ((status in ('completed', 'aborted')) = (ended_at is not null)),
    check ((status = 'aborted') = (abort_reason is not null)),
    check (not public or post_id is not null),
    check (public or (appears_at is null and appeared_at is null)),
    check (appeared_at is null or (slug is not null and appears_at is not null))
);
create index broadcast_due on broadcast (account_id, send_at) where status = 'scheduled';
create index broadcast_sending on broadcast (account_id, id) where status = 'sending';
create index broadcast_appears on broadcast (account_id, appears_at)
    where appears_at is not null and appeared_at is null;

-- Whom a broadcast is for or not for, if not everyone.
create table broadcast_source (
    account_id      bigint      not null,
    broadcast_id    bigint      not null,
    source_type     text        not null check (source_type in ('segment', 'tag')),
    source_id       bigint      not null,
    primary key (account_id, broadcast_id, source_type, source_id),
    foreign key (account_id, broadcast_id) references broadcast on delete cascade
);
create index broadcast_source_of on broadcast_source (account_id, source_type, source_id);
