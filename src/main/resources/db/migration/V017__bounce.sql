-- What came back: an email that its relay had accepted, and the reports that say so.
alter table delivery add column bounced_at timestamptz null;
alter table delivery add constraint delivery_bounced_at check ((state = 'bounced') = (bounced_at is not null));

create table feedback (
    account_id      bigint      not null,
    id              bigint      not null,
    source          text        not null check (source in ('mail', 'ses', 'sendgrid', 'mailgun', 'postmark')),
    source_key      text        not null, -- the source's own name of the report: it counts once
    verdict         text        not null,
    delivery_id     bigint      not null,
    subscriber_id   bigint      not null,
    recipient       text        null,     -- as the report names it
    status          text        null,     -- the enhanced status code that it names
    diagnostic      text        not null, -- the words of the server that refused
    received_at     timestamptz not null,
    raw             bytea       not null, -- as it came, as far as it is kept
    primary key (account_id, id),
    unique (account_id, source, source_key),
    foreign key (account_id, delivery_id) references delivery on delete cascade
);
create index feedback_subscriber on feedback (account_id, subscriber_id, received_at);
create index feedback_delivery on feedback (account_id, delivery_id);
