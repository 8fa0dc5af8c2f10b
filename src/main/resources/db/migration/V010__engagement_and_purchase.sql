-- What readers did with their emails, where they live and come from, and what they bought.

-- The first time each; what is counted per email is read from here, what is counted per event from the tables below.
alter table delivery add column opened_at timestamptz null;
alter table delivery add column clicked_at timestamptz null;
-- Of which broadcast it is, when it is of one.
alter table delivery add column broadcast_id bigint null;
-- What went out in a time.
create index attempt_accepted on attempt (account_id, at, delivery_id) where outcome = 'accepted';

-- Every address that an email has linked to, once.
create table link (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    url             text        not null,
    primary key (account_id, id)
);
create unique index link_url on link (account_id, md5(url));

create table email_open (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    id              bigint      not null,
    subscriber_id   bigint      not null,
    at              timestamptz not null,
    primary key (account_id, delivery_id, id),
    foreign key (account_id, delivery_id) references delivery on delete cascade
);
create index email_open_subscriber on email_open (account_id, subscriber_id, at);

create table email_click (
    account_id      bigint      not null,
    delivery_id     bigint      not null,
    id              bigint      not null,
    subscriber_id   bigint      not null,
    link_id         bigint      not null,
    at              timestamptz not null,
    primary key (account_id, delivery_id, id),
    foreign key (account_id, delivery_id) references delivery on delete cascade,
    foreign key (account_id, link_id) references link
);
create index email_click_subscriber on email_click (account_id, subscriber_id, at);

-- Where the author says that a subscriber lives.
create table subscriber_location (
    account_id      bigint           not null,
    subscriber_id   bigint           not null,
    city            text             not null,
    state_province  text             not null,
    country_code    text             not null,
    latitude        double precision not null check (latitude between -90 and 90),
    longitude       double precision not null check (longitude between -180 and 180),
    time_zone       text             not null,
    pinned_at       timestamptz      not null,
    primary key (account_id, subscriber_id),
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);

-- The sign-up that brought a subscriber here.
alter table subscriber add column source_type text null
    check (source_type in ('form_subscription', 'api_subscription', 'manual'));
alter table subscriber add column source_id bigint null;
alter table subscriber add column source_name text null;
alter table subscriber add column source_mechanism text null
    check (source_mechanism in ('landing_page', 'recommendations', 'api', 'import'));
alter table subscriber add column source_mechanism_id bigint null;
alter table subscriber add column referrer text null;

-- What an account shows of itself.
alter table account add column colors text[] not null default '{}';
alter table account add column open_tracking boolean not null default true;
alter table account add column click_tracking boolean not null default true;

create table creator_profile (
    account_id      bigint      not null references account on delete cascade,
    name            text        not null,
    byline          text        not null,
    bio             text        not null,
    image_url       text        not null,
    primary key (account_id)
);

create table purchase (
    account_id       bigint      not null,
    id               bigint      not null,
    transaction_id   text        not null,
    subscriber_id    bigint      not null,
    status           text        not null,
    currency         text        not null check (length(currency) = 3),
    transaction_time timestamptz not null,
    subtotal         numeric     not null,
    tax              numeric     not null,
    shipping         numeric     not null,
    discount         numeric     not null,
    total            numeric     not null,
    created_at       timestamptz not null,
    primary key (account_id, id),
    unique (account_id, transaction_id),
    foreign key (account_id, subscriber_id) references subscriber on delete cascade
);
create index purchase_subscriber on purchase (account_id, subscriber_id);

-- What is sold, known by the shop's own name for it.
create table product (
    account_id      bigint      not null references account on delete cascade,
    id              bigint      not null,
    pid             text        not null,
    name            text        not null,
    created_at      timestamptz not null,
    primary key (account_id, id),
    unique (account_id, pid)
);

create table purchase_product (
    account_id      bigint      not null,
    purchase_id     bigint      not null,
    position        integer     not null,
    product_id      bigint      not null,
    lid             text        not null,
    name            text        not null,
    quantity        integer     not null,
    unit_price      numeric     not null,
    sku             text        null,
    primary key (account_id, purchase_id, position),
    unique (account_id, purchase_id, lid),
    foreign key (account_id, purchase_id) references purchase on delete cascade,
    foreign key (account_id, product_id) references product
);
