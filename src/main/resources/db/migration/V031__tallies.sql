-- What was opened and clicked, counted as it happens, so that nobody has to count rows to know.

-- Of one sequence's email or broadcast; both take their ids from one row of numbers. `opened` and `clicked` are emails,
-- each counted once; `opens` and `clicks` are how often.
create table email_tally (
    account_id      bigint      not null references account on delete cascade,
    email_id        bigint      not null,
    opened          bigint      not null default 0,
    opens           bigint      not null default 0,
    machine_opened  bigint      not null default 0,
    machine_opens   bigint      not null default 0,
    clicked         bigint      not null default 0,
    clicks          bigint      not null default 0,
    machine_clicked bigint      not null default 0,
    machine_clicks  bigint      not null default 0,
    primary key (account_id, email_id)
);

-- Of one link in one email to everybody. `visitors` are copies of the email from which a person followed it.
create table link_tally (
    account_id      bigint      not null,
    email_id        bigint      not null,
    link_id         bigint      not null,
    visitors        bigint      not null default 0,
    clicks          bigint      not null default 0,
    machine_clicks  bigint      not null default 0,
    primary key (account_id, email_id, link_id),
    foreign key (account_id, link_id) references link
);

-- Of one link in one reader's copy.
create table link_visit (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    link_id         bigint      not null,
    clicks          integer     not null,
    machine_clicks  integer     not null,
    primary key (account_id, delivery_id, link_id),
    foreign key (account_id, delivery_id) references delivery on delete cascade,
    foreign key (account_id, link_id) references link
);

-- Clicks of which is told once it is certain that they were a person's.
create table click_news (
    account_id      bigint      not null,
    id              bigint      not null,
    due_at          timestamptz not null,
    subscriber_id   bigint      not null,
    link_id         bigint      not null,
    at              timestamptz not null,
    attempts        integer     not null default 0,
    primary key (account_id, id),
    foreign key (account_id, subscriber_id) references subscriber on delete cascade,
    foreign key (account_id, link_id) references link
);
create index click_news_due on click_news (account_id, due_at, id);

-- The readers who left by an email, and the emails that came back: few, and counted apart from those that went out.
create index delivery_departed on delivery (account_id, sequence_id, sequence_email_id)
    where departure is not null or bounced_at is not null;
