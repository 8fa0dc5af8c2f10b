package reynard.account;

import reynard.id.UserId;

/// A person who signs in.
public record User(UserId id, String emailAddress) {}
