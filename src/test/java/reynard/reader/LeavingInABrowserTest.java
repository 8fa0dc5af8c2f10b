package reynard.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.BrowserTest;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LeavingInABrowserTest extends BrowserTest {
    private final TestServer server = TestServer.start();
    private TestServer.Reader reader;

    @Override
    protected TestServer server() {
        return server;
    }

    @BeforeEach
    void send() {
        reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello")));
        server.settle();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_reader_leaves_with_the_keyboard_alone() {
        var header = reader.lastMail().at("/headers/List-Unsubscribe").asText().strip();
        visit(header.substring(1, header.length() - 1));

        page().keyboard().press("Tab");
        page().keyboard().press("Enter");

        PlaywrightAssertions.assertThat(page().getByRole(AriaRole.HEADING)).hasText("You are unsubscribed");
        assertThat(reader.state()).isEqualTo("cancelled");
    }
}
