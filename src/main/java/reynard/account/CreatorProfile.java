package reynard.account;

/// What an account shows of itself in public.
///
/// @param imageUrl http or https
public record CreatorProfile(String name, String byline, String bio, String imageUrl) {}
