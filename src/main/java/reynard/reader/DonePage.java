package reynard.reader;

import java.util.Optional;
import reynard.page.Texts;

/// A heading, a sentence, and perhaps a way back.
public record DonePage(Texts texts, String heading, String sentence, Optional<String> back) {}
