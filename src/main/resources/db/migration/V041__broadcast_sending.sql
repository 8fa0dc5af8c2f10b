-- How far a broadcast has come with its audience, which is walked by subscriber.
alter table broadcast add column audience_count bigint null; -- how many it was for when it began
alter table broadcast add column walked_to bigint not null default 0; -- up to this subscriber
alter table broadcast add column walked_at timestamptz null; -- when it came to the end
alter table broadcast add constraint broadcast_walked check (status <> 'completed' or walked_at is not null);
alter table broadcast add constraint broadcast_begun check ((started_at is null) = (audience_count is null));
alter table broadcast add constraint broadcast_walk check (started_at is not null or walked_at is null);

create index broadcast_seen on broadcast (account_id, appears_at, post_id) where appeared_at is not null;
