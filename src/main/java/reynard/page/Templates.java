package reynard.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;

/// The templates of `src/main/jte`, which the build turns into classes. What they show is escaped for the place where
/// it
/// stands, unless the template says otherwise.
///
/// Threads: any.
public final class Templates {
    private static final TemplateEngine ENGINE = TemplateEngine.createPrecompiled(ContentType.Html);

    private Templates() {}

    /// @param template its path below `src/main/jte`, such as `reader/leave.jte`
    /// @param model the template's one parameter
    public static String render(String template, Object model) {
        var output = new StringOutput();
        ENGINE.render(template, model, output);
        return output.toString();
    }
}
