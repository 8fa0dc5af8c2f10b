-- How the content of a broadcast is written.
alter table broadcast
    add content_type text not null default 'html' check (content_type in ('html', 'markdown'));
