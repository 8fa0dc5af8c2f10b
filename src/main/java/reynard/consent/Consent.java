package reynard.consent;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.id.ConsentId;
import reynard.id.FormId;
import reynard.id.SubscriberId;

/// What one person agreed to at one time.
///
/// @param textShown what the visitor read, word by word
/// @param statement what the operator says of it
/// @param page where the form was shown
/// @param clientAddress of the visitor; shortened to its network after [Consents#CLIENT_KEPT]
/// @param confirmedAt when the link in the confirmation mail was followed
public record Consent(
        ConsentId id,
        SubscriberId subscriber,
        Source source,
        Optional<FormId> form,
        Optional<String> textShown,
        Optional<String> statement,
        Optional<String> page,
        Optional<String> clientAddress,
        Optional<String> userAgent,
        Instant askedAt,
        Optional<Instant> confirmedAt) {
    public enum Source {
        /// A visitor has filled in a form.
        FORM,
        /// A program has created them, in the operator's name.
        API,
        /// They came with a file, and the operator says why they may be written to.
        IMPORT,
        /// The reader has said so on a page of ours.
        READER;

        /// What an operator can state.
        public static final List<String> STATED = List.of("api", "import");

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Source named(String wireName) {
            return valueOf(wireName.toUpperCase(Locale.ROOT));
        }
    }
}
