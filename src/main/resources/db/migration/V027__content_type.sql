-- How the content of an email is written.
alter table sequence_email
    add content_type text not null default 'html' check (content_type in ('html', 'markdown'));
