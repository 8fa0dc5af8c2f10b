-- People in one state, newest first, and how many they are: few are in most states.
create index subscriber_state on subscriber (account_id, state, id);
