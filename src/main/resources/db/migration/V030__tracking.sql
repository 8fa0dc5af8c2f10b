-- Opens and clicks by month, so that what is kept no longer goes as a whole, and why some of them are no person's.

-- Nothing has written into them yet.
drop table email_open;
drop table email_click;

create table email_open (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    at              timestamptz not null,
    id              bigint      not null,
    subscriber_id   bigint      not null,
    machine         text        null, -- what gave it away, a stable code; null: a person
    primary key (account_id, delivery_id, at, id),
    foreign key (account_id, delivery_id) references delivery on delete cascade
) partition by range (at);
create index email_open_subscriber on email_open (account_id, subscriber_id, at) where machine is null;

create table email_click (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    at              timestamptz not null,
    id              bigint      not null,
    subscriber_id   bigint      not null,
    link_id         bigint      not null,
    machine         text        null,
    primary key (account_id, delivery_id, at, id),
    foreign key (account_id, delivery_id) references delivery on delete cascade,
    foreign key (account_id, link_id) references link
) partition by range (at);
create index email_click_subscriber on email_click (account_id, subscriber_id, at) where machine is null;

-- The first time each that a machine did it; `opened_at` and `clicked_at` are of people.
alter table delivery add column machine_opened_at timestamptz null;
alter table delivery add column machine_clicked_at timestamptz null;

-- Whether a sequence's emails tell; null: as the account says.
alter table sequence add column open_tracking boolean null;
alter table sequence add column click_tracking boolean null;
