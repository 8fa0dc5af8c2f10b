-- Readers who want fewer emails than are planned for them. Whoever has no row here gets all.
create table reader_wish (
    account_id      bigint      not null,
    subscriber_id   bigint      not null,
    kind            text        not null check (kind in ('weekly', 'pause')),
    pause_until     timestamptz null,
    wished_at       timestamptz not null,
    primary key (account_id, subscriber_id),
    foreign key (account_id, subscriber_id) references subscriber on delete cascade,
    check ((kind = 'pause') = (pause_until is not null))
);
