package reynard.template;

import reynard.id.EmailTemplateId;

/// A layout around an email's content.
///
/// @param html Liquid, with `{{ message_content }}` where the content goes
public record EmailTemplate(EmailTemplateId id, String name, String category, String html, boolean isDefault) {}
