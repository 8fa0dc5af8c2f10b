package reynard.identity;

import java.util.Optional;

/// One thing found out about a domain.
///
/// @param text a sentence
/// @param record the line of a zone file that mends it
public record Finding(Subject subject, Level level, String text, Optional<String> record) {
    public enum Subject {
        SPF,
        DKIM,
        DMARC,
        MX,
        PTR
    }

    public enum Level {
        GOOD,
        /// Mail goes out, but not as well as it could.
        WARNING,
        /// Large receivers refuse mail because of it.
        BAD,
        /// DNS did not answer.
        UNKNOWN
    }
}
