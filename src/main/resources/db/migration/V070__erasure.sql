-- Who has asked to be erased and is not yet, because an email or a webhook about them is on its way.
create table erasure (
    account_id      bigint      not null,
    subscriber_id   bigint      not null,
    asked_at        timestamptz not null,
    primary key (account_id, subscriber_id),
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
