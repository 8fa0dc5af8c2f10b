-- The bytes of an email are kept for as long as it is on its way: too short to be worth compressing or taking apart.
alter table delivery_message alter column message set storage external;
alter table delivery_message set (toast_tuple_target = 8160);
