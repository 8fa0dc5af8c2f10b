package reynard.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;
import static reynard.testing.TestServer.text;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SendingAddressesTest {
    private static final Pattern LINK =
            Pattern.compile("https://mail\\.example\\.com(/sender/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+)");

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer add(String email) {
        return server.post(
                "/ext/v1/sending_addresses", text(Map.of("email_address", email, "from_name", "Mei of Tea")));
    }

    /// The path of the link in the newest email to this address.
    private String link(String email) {
        server.settle();
        var id = server.get("/ext/v1/inbox?per_page=1&to=" + email)
                .at("/messages/0/id")
                .asLong();
        var mail = server.get("/ext/v1/inbox/" + id);
        assertThat(mail.at("/message/headers").toString())
                .contains("auto-generated")
                .doesNotContain("List-Unsubscribe");
        var link = LINK.matcher(mail.at("/message/text").asText());
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    private static String path(Answer created) {
        return "/ext/v1/sending_addresses/" + created.at("/sending_address/id").asLong();
    }

    private String status(Answer created) {
        return server.get(path(created)).at("/sending_address/status").asText();
    }

    @Test
    void an_address_is_used_once_its_owner_has_confirmed_it_by_post() {
        var created = add("mei@tea.example.com");
        assertThat(created.status()).isEqualTo(201);
        assertThat(status(created)).isEqualTo("pending");
        var before = server.post("/v4/sequences", json("{'name':'Tea','email_address':'mei@tea.example.com'}"));
        assertThat(before.errors()).containsExactly("email_address is not a valid sending address");

        var link = link("mei@tea.example.com");
        var page = server.send("GET", link, null);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.raw().body()).contains("mei@tea.example.com", "<form method=\"post\">");
        assertThat(status(created)).isEqualTo("pending");
        assertThat(server.send("POST", link, null).status()).isEqualTo(200);
        assertThat(server.send("POST", link, null).status()).isEqualTo(200);

        assertThat(status(created)).isEqualTo("confirmed");
        var sequence = server.sequence("{'email_address':'mei@tea.example.com'}", immediate("Hello"));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        assertThat(reader.lastMail().at("/from").asText()).contains("mei@tea.example.com");
        assertThat(reader.lastMail().at("/raw").asText()).contains("From: Mei of Tea <mei@tea.example.com>");
    }

    @Test
    void only_the_newest_link_holds_and_only_for_seven_days() {
        var created = add("mei@tea.example.com");
        var first = link("mei@tea.example.com");

        assertThat(server.post(path(created) + "/verification", "{}").status()).isEqualTo(202);
        var second = link("mei@tea.example.com");

        assertThat(server.send("POST", first, null).status()).isEqualTo(404);
        assertThat(server.send("GET", second, null).status()).isEqualTo(200);
        server.advance(Duration.ofDays(7));
        assertThat(server.send("POST", second, null).status()).isEqualTo(404);
        assertThat(server.send("POST", second + "x", null).status()).isEqualTo(404);
        assertThat(status(created)).isEqualTo("pending");
    }

    @Test
    void nobodys_mailbox_is_filled_with_links() {
        var created = add("mei@tea.example.com");
        for (int i = 0; i < 4; i++) {
            assertThat(server.post(path(created) + "/verification", "{}").status())
                    .isEqualTo(202);
        }

        var refused = server.post(path(created) + "/verification", "{}");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"me@gmail.com", "me@GMX.de", "me@yahoo.co.uk", "me@hotmail.fr", "me@icloud.com"})
    void an_address_at_a_mail_provider_is_refused_unless_the_author_knows_better(String email) {
        assertThat(add(email).errors()).singleElement().asString().contains("mail provider");
        var body = Map.of("email_address", email, "from_name", "Mei", "allow_provider_domain", true);
        assertThat(server.post("/ext/v1/sending_addresses", text(body)).status())
                .isEqualTo(201);
    }

    @Test
    void what_cannot_stand_in_From_is_refused() {
        assertThat(add("nobody").errors()).containsExactly("email_address is not a valid email address");
        assertThat(add("author@example.com").errors()).containsExactly("email_address is a sending address already");
        assertThat(server.post("/ext/v1/sending_addresses", json("{'email_address':'a@tea.example.com'}"))
                        .errors())
                .containsExactly("from_name can't be blank");
        var named = Map.of("email_address", "a@tea.example.com", "from_name", "boss@bank.example");
        assertThat(server.post("/ext/v1/sending_addresses", text(named)).errors())
                .containsExactly("from_name must not contain an email address");
        var broken = Map.of("email_address", "a@tea.example.com", "from_name", "Mei\r\nBcc: x@example.org");
        assertThat(server.post("/ext/v1/sending_addresses", text(broken)).status())
                .isEqualTo(422);
    }

    @Test
    void an_address_that_several_add_at_once_is_added_once() throws InterruptedException {
        var answers = new ConcurrentLinkedQueue<Answer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.invokeAll(Collections.nCopies(4, () -> answers.add(add("mei@tea.example.com"))));
        }

        assertThat(answers).extracting(Answer::status).containsExactlyInAnyOrder(201, 422, 422, 422);
        assertThat(answers)
                .flatExtracting(answer -> answer.status() == 201 ? List.of() : answer.errors())
                .containsOnly("email_address is a sending address already");
    }

    @Test
    void there_always_is_a_confirmed_default() {
        long owner = server.get("/ext/v1/sending_addresses")
                .at("/sending_addresses/0/id")
                .asLong();
        var created = add("mei@tea.example.com");
        assertThat(server.put(path(created), json("{'is_default':true}")).errors())
                .containsExactly("is_default can't be given to an address that is not confirmed");
        server.send("POST", link("mei@tea.example.com"), null);

        assertThat(server.put(path(created), json("{'is_default':true,'from_name':'Mei'}"))
                        .status())
                .isEqualTo(200);

        var all = server.get("/ext/v1/sending_addresses");
        assertThat(all.each("sending_addresses", "is_default")).containsExactly("true", "false");
        assertThat(all.at("/sending_addresses/0/from_name").asText()).isEqualTo("Mei");
        assertThat(server.delete(path(created)).status()).isEqualTo(422);
        assertThat(server.delete("/ext/v1/sending_addresses/" + owner).status()).isEqualTo(204);
    }

    @Test
    void an_address_in_use_is_not_removed_before_nobody_names_it() {
        var created = add("mei@tea.example.com");
        server.send("POST", link("mei@tea.example.com"), null);
        var sequence = server.sequence("{'email_address':'mei@tea.example.com'}", immediate("Hello"));

        assertThat(server.delete(path(created)).errors())
                .containsExactly("Sending address is used by sequence " + sequence.id());

        sequence.delete();
        assertThat(server.delete(path(created)).status()).isEqualTo(204);
        assertThat(server.get(path(created)).status()).isEqualTo(404);
    }
}
