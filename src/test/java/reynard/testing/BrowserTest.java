package reynard.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.Cookie;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What is tried in a real browser: Debian's Chromium, one for all tests of a run, with a fresh profile for each.
///
/// A test fails when a page asks for anything that is not on this machine, or breaks its own policy: both are what a
/// reader of ours must never see.
public abstract class BrowserTest {
    private static final List<String> CANDIDATES =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
    // As root there is no sandbox; the others keep Chromium from calling home.
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--disable-quic",
            "--disable-dev-shm-usage",
            // No name leads anywhere but here.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost");
    private static final int TIMEOUT_MS = 15_000;

    private static @Nullable Browser browser;

    private final List<BrowserContext> open = new ArrayList<>();
    private final Map<String, List<Cookie>> sessions = new HashMap<>();
    private @Nullable Page page;
    private final Queue<String> outside = new ConcurrentLinkedQueue<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();

    /// The server whose pages are looked at.
    protected abstract TestServer server();

    /// Options of the profile: the languages of the browser, whether it runs scripts, how wide it is.
    protected Browser.NewContextOptions profile() {
        return new Browser.NewContextOptions().setLocale("en-GB");
    }

    private static synchronized Browser browser() {
        if (browser == null) {
            var playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(chromium())
                            .setArgs(ARGUMENTS));
            Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
        }
        return browser;
    }

    private static Path chromium() {
        return Stream.concat(Optional.ofNullable(System.getenv("REYNARD_CHROMIUM")).stream(), CANDIDATES.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no Chromium: install Debian's package chromium, or name one in REYNARD_CHROMIUM"));
    }

    @BeforeEach
    void openBrowser() {
        page = newPerson();
    }

    /// A tab of somebody else's browser, who has never been here.
    protected Page newPerson() {
        var context = browser().newContext(profile());
        open.add(context);
        context.setDefaultTimeout(TIMEOUT_MS);
        // Watched, not held: whoever holds requests has every page load its files anew.
        context.onRequest(request -> {
            if (!isHere(URI.create(request.url()))) {
                outside.add(request.url());
            }
        });
        return newPage(context);
    }

    private static boolean isHere(URI url) {
        return "127.0.0.1".equals(url.getHost()) || "localhost".equals(url.getHost()) || "data".equals(url.getScheme());
    }

    private Page newPage(BrowserContext context) {
        var opened = context.newPage();
        opened.onConsoleMessage(message -> {
            if (message.type().equals("error") && message.text().contains("Content Security Policy")) {
                broken.add(message.text());
            }
        });
        return opened;
    }

    /// Fills in the page for logging in. Whoever has done so in an earlier test of this class comes in by their cookie,
    /// if it is still good: a password takes long to check, on purpose.
    protected void logIn(String email, String password) {
        page().context().addCookies(sessions.getOrDefault(email, List.of()));
        if (visit("/").url().equals(url("/"))) {
            return;
        }
        page().fill("#email", email);
        page().fill("#password", password);
        page().click("main button");
        page().waitForURL(url("/"));
        sessions.put(email, page().context().cookies());
    }

    @AfterEach
    void closeBrowser() {
        open.forEach(BrowserContext::close);
        open.clear();
        assertThat(outside).as("asked of other machines").isEmpty();
        assertThat(broken).as("against a policy of ours").isEmpty();
    }

    /// The tab that the test looks at.
    protected Page page() {
        if (page == null) {
            throw new IllegalStateException("the browser is not open");
        }
        return page;
    }

    /// Goes to a page of the server's.
    ///
    /// @param address a path, or a whole address under the server's public name, as mails show it
    protected Page visit(String address) {
        page().navigate(url(address));
        return page();
    }

    /// Writes a text into a field that has an editor in its place, instead of what stands there.
    protected static void write(Page page, String field, String text) {
        page.locator(".CodeMirror textarea").focus();
        page.keyboard().press("Control+A");
        page.keyboard().insertText(text);
        page.waitForCondition(() -> page.inputValue(field).equals(text));
    }

    /// Where a path or a public address is to be had here.
    protected String url(String address) {
        return "http://127.0.0.1:" + server().port() + address.replaceFirst("^https://mail\\.example\\.com", "");
    }
}
