package reynard.signup;

import reynard.page.Texts;

/// The page behind the link of a confirmation mail.
public record ConfirmView(Texts texts, String action, String account, String address) {}
