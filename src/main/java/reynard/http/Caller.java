package reynard.http;

import reynard.id.AccountId;

/// Who is calling: the account that the presented credential belongs to.
public record Caller(AccountId account) {}
