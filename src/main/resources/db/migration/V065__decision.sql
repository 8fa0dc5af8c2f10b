-- What a person has decided about an email that the server could not decide itself; never changed.
create table decision (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    at              timestamptz not null,
    verdict         text        not null check (verdict in ('resend', 'leave')),
    state           text        not null, -- of the delivery when it was decided
    reason          text        null,     -- the same
    note            text        null,     -- why, in the words of who decided
    primary key (account_id, delivery_id, at),
    foreign key (account_id, delivery_id) references delivery on delete cascade
);

-- What becomes of a broadcast's email or a notice when nobody knows whether it arrived. A sequence has its own answer.
alter table account add column on_uncertain text not null default 'resend' check (on_uncertain in ('resend', 'hold'));
