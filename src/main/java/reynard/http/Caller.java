package reynard.http;

import java.util.Optional;
import reynard.id.AccountId;
import reynard.id.AppId;

/// Who is calling: the account that the presented credential belongs to.
///
/// @param app the registered app that the account let in; empty for a key or token of the account's own
public record Caller(AccountId account, Optional<AppId> app) {}
