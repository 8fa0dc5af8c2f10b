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
create index delivery_broadcast_state on delivery (account_id, broadcast_id, state) where broadcast_id is not null;

-- Each kind has a queue of its own, so that a large broadcast stands in nobody's way.
drop index delivery_ready;
create index delivery_ready on delivery (account_id, kind, next_attempt_at, id)
    where state in ('scheduled', 'deferred', 'uncertain');

-- What went out in a time, of all that counts as a list's.
drop index delivery_gone;
create index delivery_gone on delivery (account_id, settled_at, id)
    where (state in ('sent', 'bounced') or departure = 'bounced') and kind <> 'notice';

-- A notice may be for somebody who is not a subscriber.
alter table feedback alter column subscriber_id drop not null;
