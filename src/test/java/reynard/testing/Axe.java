package reynard.testing;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;

/// axe-core, which knows what keeps people from using a page.
public final class Axe {
    private static final String SCRIPT = script();
    /// Only what is wrong, and no more about it than is read here.
    private static final String SPARING =
            "iframes: false, preload: false, selectors: false, resultTypes: ['violations']";

    private Axe() {}

    private static String script() {
        try (var about = Axe.class.getResourceAsStream("/META-INF/maven/org.webjars.npm/axe-core/pom.properties")) {
            var properties = new Properties();
            properties.load(about);
            var path = "/META-INF/resources/webjars/axe-core/" + properties.getProperty("version") + "/axe.min.js";
            try (var script = Axe.class.getResourceAsStream(path)) {
                return new String(script.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is wrong with the page as it stands, in words.
    public static List<String> violations(Page page) {
        page.evaluate(SCRIPT);
        return run(page, "{" + SPARING + "}");
    }

    /// What cannot be read for want of contrast. The page has been looked at by [#violations] since it was loaded.
    public static List<String> contrast(Page page) {
        return run(page, "{" + SPARING + ", runOnly: ['color-contrast']}");
    }

    private static List<String> run(Page page, String options) {
        var found = (List<?>) page.evaluate("async () => (await axe.run(document, " + options + ")).violations.map("
                + "violation => violation.id + ': ' + violation.nodes[0].html)");
        return found.stream().map(String::valueOf).toList();
    }
}
