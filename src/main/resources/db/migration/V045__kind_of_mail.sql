-- The ledger carries every mail: that of sequences, that of broadcasts, and notices to one address outside any list.
alter table delivery add column kind text not null default 'sequence'
    check (kind in ('sequence', 'broadcast', 'notice'));
alter table delivery alter column kind drop default;
alter table delivery alter column enrollment_id drop not null;
alter table delivery alter column run drop not null;
alter table delivery alter column sequence_id drop not null;
alter table delivery alter column sequence_email_id drop not null;
alter table delivery alter column subscriber_id drop not null;
alter table delivery add column purpose text null -- what a notice is for
    check (purpose in ('confirmation', 'verification', 'test', 'rehearsal', 'invitation', 'password_reset'));
alter table delivery add column recipient text null; -- whom a notice is for, whatever list they are on
alter table delivery add column give_up_at timestamptz null; -- later a notice is of no use

alter table delivery add constraint delivery_of_sequence check (
    case when kind = 'sequence'
         then enrollment_id is not null and run is not null and sequence_id is not null
              and sequence_email_id is not null
         else enrollment_id is null and run is null and sequence_id is null and sequence_email_id is null
    end);
alter table delivery add constraint delivery_of_broadcast check ((kind = 'broadcast') = (broadcast_id is not null));
alter table delivery add constraint delivery_of_notice check (
    case when kind = 'notice'
         then purpose is not null and recipient is not null and give_up_at is not null
         else purpose is null and recipient is null and give_up_at is null
    end);
alter table delivery add constraint delivery_of_reader check (kind = 'notice' or subscriber_id is not null);

-- One email of a broadcast for each reader. What a broadcast is, the ledger does not know: no foreign key from here.
create unique index delivery_broadcast on delivery (account_id, broadcast_id, subscriber_id)
    where broadcast_id is not null;

-- Every delivery that is not settled, beside the ledger so that an email that goes out changes none of its indexes. Each
-- kind has a queue of its own, so that a large broadcast stands in nobody's way.
create table delivery_queue (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    kind            text        not null,
    email_id        bigint      null,     -- of the sequence's email or the broadcast
    next_attempt_at timestamptz null,     -- as the delivery has it; null while it is held
    primary key (account_id, delivery_id),
    foreign key (account_id, delivery_id) references delivery on delete cascade
);
create index delivery_queue_ready on delivery_queue (account_id, kind, next_attempt_at, delivery_id)
    where next_attempt_at is not null;
create index delivery_queue_email on delivery_queue (account_id, email_id) where email_id is not null;

-- A notice may be for somebody who is not a subscriber.
alter table feedback alter column subscriber_id drop not null;
