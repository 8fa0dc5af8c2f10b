-- How often an address was asked whether a reader's emails may go to it, and the mails about that.
alter table address_change add column counted_as text not null; -- the new address as limits count it
alter table address_change add column old_address text null; -- what it took the place of
alter table address_change add check ((old_address is not null) = (confirmed_at is not null));
create index address_change_counted on address_change (account_id, counted_as, asked_at);

alter table delivery drop constraint delivery_purpose_check;
alter table delivery add constraint delivery_purpose_check
    check (purpose in ('confirmation', 'verification', 'test', 'rehearsal', 'invitation', 'password_reset',
                       'address_change', 'address_changed'));
