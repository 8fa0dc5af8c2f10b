-- The states that few emails are in, or that none comes to by going out: they are found and counted in indexes, which do
-- not know of all the others.
alter table delivery add column unusual text null generated always as (
    case when state in ('uncertain', 'held', 'failed', 'skipped', 'bounced') then state end) stored;
create index delivery_unusual on delivery (account_id, unusual, id) where unusual is not null;
create index delivery_unusual_email on delivery (account_id, sequence_email_id, unusual)
    where unusual is not null and sequence_email_id is not null;
create index delivery_unusual_broadcast on delivery (account_id, broadcast_id, unusual)
    where unusual is not null and broadcast_id is not null;

-- What has become of what one email of a sequence, or one broadcast, has led to. What neither waits, failed nor was
-- skipped has gone out, and some of that has bounced.
create view email_progress as
select p.account_id, p.email_id, sum(p.deliveries)::bigint as deliveries, sum(p.queued)::bigint as queued,
       sum(p.failed)::bigint as failed, sum(p.skipped)::bigint as skipped, sum(p.bounced)::bigint as bounced
  from (select d.account_id, d.sequence_email_id as email_id, count(*) as deliveries, 0 as queued, 0 as failed,
               0 as skipped, 0 as bounced
          from delivery d
         where d.sequence_email_id is not null
         group by d.account_id, d.sequence_email_id
        union all
        select d.account_id, d.broadcast_id, count(*), 0, 0, 0, 0
          from delivery d
         where d.broadcast_id is not null
         group by d.account_id, d.broadcast_id
        union all
        select q.account_id, q.email_id, 0, count(*), 0, 0, 0
          from delivery_queue q
         where q.email_id is not null
         group by q.account_id, q.email_id
        union all
        select d.account_id, d.sequence_email_id, 0, 0, count(*) filter (where d.unusual = 'failed'),
               count(*) filter (where d.unusual = 'skipped'), count(*) filter (where d.unusual = 'bounced')
          from delivery d
         where d.unusual is not null and d.sequence_email_id is not null
         group by d.account_id, d.sequence_email_id
        union all
        select d.account_id, d.broadcast_id, 0, 0, count(*) filter (where d.unusual = 'failed'),
               count(*) filter (where d.unusual = 'skipped'), count(*) filter (where d.unusual = 'bounced')
          from delivery d
         where d.unusual is not null and d.broadcast_id is not null
         group by d.account_id, d.broadcast_id) p
 group by p.account_id, p.email_id;
