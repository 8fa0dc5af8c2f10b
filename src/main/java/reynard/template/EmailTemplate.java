package reynard.template;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import reynard.id.EmailTemplateId;
import reynard.template.liquid.LiquidError;
import reynard.template.liquid.Template;

/// A layout around an email's content.
///
/// @param html Liquid, with `{{ message_content }}` where the content goes
public record EmailTemplate(
        EmailTemplateId id,
        String name,
        String category,
        String html,
        boolean isDefault,
        Instant createdAt,
        Instant updatedAt) {
    private static final String CONTENT = "message_content";
    private static final String LEAVING_LINK = "unsubscribe_link";
    private static final String LEAVING_URL = "unsubscribe_url";

    /// What keeps this HTML from being a layout: it is no Liquid, or lacks what every email must have.
    static List<String> faults(String html) {
        try {
            var named = Template.parse(html).variables();
            var faults = new ArrayList<String>();
            if (!named.contains(CONTENT)) {
                faults.add("html must contain {{ message_content }}");
            }
            if (!named.contains(LEAVING_LINK) && !named.contains(LEAVING_URL)) {
                faults.add("html must contain {{ unsubscribe_link }} or {{ unsubscribe_url }}");
            }
            return faults;
        } catch (LiquidError e) {
            return List.of("html line " + e.line() + ", column " + e.column() + ": " + e.message());
        }
    }

    /// The same after an edit.
    EmailTemplate edited(String nameNow, String htmlNow, boolean isDefaultNow, Instant now) {
        return new EmailTemplate(id, nameNow, category, htmlNow, isDefaultNow, createdAt, now);
    }
}
