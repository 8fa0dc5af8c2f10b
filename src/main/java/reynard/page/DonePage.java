package reynard.page;

import java.util.Optional;

/// A heading, a sentence, and perhaps a way back.
public record DonePage(Texts texts, String heading, String sentence, Optional<String> back) {}
