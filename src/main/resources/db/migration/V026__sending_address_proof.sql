-- A question that went to a sending address, whether it is the author's; one for each address, the newest.
create table sending_address_proof (
    account_id         bigint      not null,
    sending_address_id bigint      not null,
    token_hash         bytea       not null, -- SHA-256; the token itself is in the link alone
    asked_at           timestamptz not null,
    expires_at         timestamptz not null,
    primary key (account_id, sending_address_id),
    unique (account_id, token_hash),
    foreign key (account_id, sending_address_id) references sending_address on delete cascade
);
