package reynard.broadcast;

import java.time.Instant;
import java.util.Optional;
import reynard.id.EmailTemplateId;
import reynard.id.SendingAddressId;
import reynard.template.Format;

/// What the author of a broadcast decides.
///
/// @param subject Liquid, as preview text and content
/// @param format of the content
/// @param sendingAddress empty: the account's default, as with the template
/// @param sendAt empty: a draft
/// @param isPublic whether it has a version on the web
/// @param publishedAt how the web version is dated; it is not to be seen before. Empty: when the email goes out
public record BroadcastSettings(
        Optional<String> subject,
        Optional<String> previewText,
        Optional<String> description,
        Optional<String> content,
        Format format,
        Optional<String> thumbnailAlt,
        Optional<String> thumbnailUrl,
        Optional<SendingAddressId> sendingAddress,
        Optional<EmailTemplateId> emailTemplate,
        Audience audience,
        Optional<Instant> sendAt,
        boolean isPublic,
        Optional<Instant> publishedAt) {
    static final BroadcastSettings NONE = new BroadcastSettings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Format.HTML,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            new Audience.Everyone(),
            Optional.empty(),
            false,
            Optional.empty());

    /// The same, its content written so.
    public BroadcastSettings in(Format other) {
        return new BroadcastSettings(
                subject,
                previewText,
                description,
                content,
                other,
                thumbnailAlt,
                thumbnailUrl,
                sendingAddress,
                emailTemplate,
                audience,
                sendAt,
                isPublic,
                publishedAt);
    }

    /// When the version on the web is to be seen; empty when it is not, or nobody has said when.
    Optional<Instant> appearsAt() {
        return isPublic ? publishedAt.or(() -> sendAt) : Optional.empty();
    }
}
