package reynard.sequence;

import java.util.Optional;
import reynard.id.EmailTemplateId;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.template.BrokenEmail;
import reynard.template.EmailRenderer;
import reynard.template.Format;

/// What the author decides about one email of a sequence (Kit: Create a sequence email).
///
/// @param content with Liquid
/// @param format of the content; Kit knows HTML only
/// @param sendDays the email's own days instead of the sequence's; only with a delay in days
/// @param published false: a draft, stepped over
/// @param position its place; unique in the sequence, gaps allowed
public record EmailSettings(
        String subject,
        Optional<String> previewText,
        Optional<String> content,
        Format format,
        Delay delay,
        Optional<SendDays> sendDays,
        Optional<EmailTemplateId> emailTemplate,
        boolean published,
        int position) {
    public EmailSettings {
        if (delay instanceof Delay.Hours && sendDays.isPresent()) {
            throw new IllegalArgumentException("sendDays go with a delay in days only");
        }
        if (position < 0) {
            throw new IllegalArgumentException("position must be at least 0: " + position);
        }
    }

    /// The same at another place.
    public EmailSettings at(int newPosition) {
        return new EmailSettings(
                subject, previewText, content, format, delay, sendDays, emailTemplate, published, newPosition);
    }

    /// The same, published or a draft.
    public EmailSettings published(boolean newPublished) {
        return new EmailSettings(
                subject, previewText, content, format, delay, sendDays, emailTemplate, newPublished, position);
    }

    /// One whose content is HTML.
    public EmailSettings(
            String subject,
            Optional<String> previewText,
            Optional<String> content,
            Delay delay,
            Optional<SendDays> sendDays,
            Optional<EmailTemplateId> emailTemplate,
            boolean published,
            int position) {
        this(subject, previewText, content, Format.HTML, delay, sendDays, emailTemplate, published, position);
    }

    /// The same, its content read another way.
    public EmailSettings in(Format other) {
        return new EmailSettings(
                subject, previewText, content, other, delay, sendDays, emailTemplate, published, position);
    }

    /// What is wrong with it, so that it cannot go out to anybody; a draft may be broken.
    public Optional<BrokenEmail> fault() {
        return published
                ? EmailRenderer.fault(subject, previewText.orElse(""), content.orElse(""), format)
                : Optional.empty();
    }

    /// Whether the difference can move someone's next email.
    public boolean plansAs(EmailSettings other) {
        return published == other.published
                && position == other.position
                && delay.equals(other.delay)
                && sendDays.equals(other.sendDays);
    }
}
