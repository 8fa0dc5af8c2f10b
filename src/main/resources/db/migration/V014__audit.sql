-- What an auditor needs to judge a row by itself, and the rest of what the sealed types promise.
alter table delivery add column marked_at timestamptz null; -- when its last try came to the final dot
alter table delivery add check (marked_at is not null or state <> 'sent' and not at_dot);

alter table enrollment add column keeps_date boolean not null default false; -- due_at is that of an older plan
alter table enrollment add check (not keeps_date or state = 'waiting');
alter table enrollment add check (next_email_id is null or state in ('waiting', 'sending', 'parked'));
alter table enrollment add check (
    case state
        when 'completed' then finish_reason = 'end'
        when 'cancelled' then finish_reason in ('unsubscribed', 'bounced', 'complained')
        when 'removed' then finish_reason in ('by_hand', 'sequence_deleted')
        else finish_reason is null
    end);
