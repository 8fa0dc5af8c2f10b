-- Sending as a whole stands still while there is a row here, of which there is at most one.
create table standstill (
    one                 boolean     not null primary key default true check (one),
    since               timestamptz not null,
    cause               text        not null check (cause in ('asleep', 'moved', 'clock_jumped')),
    last_sign_at        timestamptz null, -- when a server was last seen before it
    overdue             bigint      not null, -- how many emails were overdue when it began
    -- The operator has answered: what was due until then counts as sent, and sending goes on when that is written down.
    treat_as_sent_until timestamptz null
);
