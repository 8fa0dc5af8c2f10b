package reynard.access;

/// Says to somebody who wants to log in that they are.
public record LoggedInPage(String email, String csrf) {}
