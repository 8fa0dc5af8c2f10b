package reynard.reader;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;
import reynard.testing.TestServer.Reader;

@DisplayNameGeneration(ReplaceUnderscores.class)
class UnsubscribeTest {
    /// What Gmail posts (RFC 8058, 3.2).
    private static final byte[] ONE_CLICK = "List-Unsubscribe=One-Click".getBytes(StandardCharsets.US_ASCII);

    private TestServer server;
    private Reader reader;
    private String path;

    @BeforeEach
    void send() {
        server = TestServer.start();
        reader = server.subscriber("reader@example.org", server.sequence(immediate("Hello"), days("Tips", 1)));
        server.settle();
        var header = reader.lastMail().at("/headers/List-Unsubscribe").asText().strip();
        path = header.substring("<https://mail.example.com".length(), header.length() - 1);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer follow(String method, byte[] body) {
        return server.send(
                method,
                path,
                body.length == 0 ? null : body,
                Map.of("Content-Type", "application/x-www-form-urlencoded"));
    }

    @Test
    void one_click_leaves_without_a_login_and_without_a_redirect() {
        var answer = follow("POST", ONE_CLICK);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.raw().headers().firstValue("Location")).isEmpty();
        assertThat(reader.state()).isEqualTo("cancelled");
        server.advance(ofDays(5));
        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void one_click_twice_is_as_good_as_once() {
        follow("POST", ONE_CLICK);

        assertThat(follow("POST", ONE_CLICK).status()).isEqualTo(200);
        assertThat(reader.state()).isEqualTo("cancelled");
    }

    @Test
    void looking_at_the_page_changes_nothing() {
        var page = follow("GET", new byte[0]);
        follow("HEAD", new byte[0]);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.raw().body()).contains("Tea Letters").contains("method=\"post\"");
        assertThat(reader.state()).isEqualTo("active");
    }

    @Test
    void a_changed_or_unknown_token_is_404_and_changes_nothing() {
        path = path.substring(0, path.length() - 1) + (path.endsWith("A") ? "B" : "A");

        assertThat(follow("POST", ONE_CLICK).status()).isEqualTo(404);
        assertThat(reader.state()).isEqualTo("active");
    }

    @Test
    void a_link_of_400_days_ago_leads_out_though_its_sequence_is_gone_and_keys_are_new() {
        var sequence = server.get("/v4/sequences").each("sequences", "id").getFirst();
        server.delete("/v4/sequences/" + sequence);
        server.advance(ofDays(200));
        server.useKey(server.stranger());
        server.advance(ofDays(200));

        assertThat(follow("GET", new byte[0]).raw().body()).contains("Tea Letters");
        assertThat(follow("POST", ONE_CLICK).status()).isEqualTo(200);
        assertThat(follow("GET", new byte[0]).raw().body()).contains("You are unsubscribed");
    }

    @Test
    void what_the_body_says_does_not_matter() {
        follow("POST", "List-Unsubscribe=No&token=other".getBytes(StandardCharsets.US_ASCII));

        assertThat(reader.state()).isEqualTo("cancelled");
    }

    @Test
    void every_email_carries_the_link_and_the_postal_address_in_both_parts() {
        var mail = reader.lastMail();

        assertThat(mail.get("html").asText()).contains(path).contains("1 Tea Street");
        assertThat(mail.get("text").asText()).contains(path).contains("1 Tea Street");
    }
}
