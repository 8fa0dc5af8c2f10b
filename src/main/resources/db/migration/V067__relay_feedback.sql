-- What a relay refuses in the conversation itself counts as what comes back later does.
alter table feedback drop constraint feedback_source_check;
alter table feedback add constraint feedback_source_check
    check (source in ('relay', 'mail', 'ses', 'sendgrid', 'mailgun', 'postmark'));
