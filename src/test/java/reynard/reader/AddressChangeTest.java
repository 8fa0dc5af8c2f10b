package reynard.reader;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;
import reynard.testing.TestServer.Reader;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AddressChangeTest {
    private final TestServer server = TestServer.start();
    private TestServer.Sequence sequence;

    @BeforeAll
    void write() {
        sequence = server.sequence(immediate("One"), days("Two", 1));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Reader reader(String address) {
        var reader = server.subscriber(address, sequence);
        server.settle();
        return reader;
    }

    private Answer wants(Reader reader, String address) {
        var header = reader.lastMail().at("/headers/List-Unsubscribe").asText().strip();
        var answer = posts(
                header.substring("<https://mail.example.com".length(), header.length() - 1) + "/address",
                "email=" + URLEncoder.encode(address, StandardCharsets.UTF_8));
        server.settle();
        return answer;
    }

    private Answer posts(String path, String form) {
        return server.send(
                "POST",
                path,
                form.getBytes(StandardCharsets.UTF_8),
                Map.of("Content-Type", "application/x-www-form-urlencoded"));
    }

    private Answer looks(String path) {
        return server.send("GET", path, null, Map.of());
    }

    private List<String> mailTo(String address) {
        return server.get("/ext/v1/inbox?per_page=1000&to=" + URLEncoder.encode(address, StandardCharsets.UTF_8))
                .each("messages", "id");
    }

    private Answer lastMailTo(String address) {
        return server.get("/ext/v1/inbox/" + mailTo(address).getFirst());
    }

    private String linkSentTo(String address) {
        var matcher = Pattern.compile("https://mail\\.example\\.com(/address/[\\w-]+/[\\w-]+)")
                .matcher(lastMailTo(address).at("/message/text").asText());
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private String addressOf(Reader reader) {
        return server.get("/v4/subscribers/" + reader.id())
                .at("/subscriber/email_address")
                .asText();
    }

    @Test
    void emails_go_to_the_new_address_once_it_is_confirmed_from_there() {
        var reader = reader("moves@example.org");

        assertThat(wants(reader, "new@example.net").raw().body()).contains("Look into the inbox", "new@example.net");
        var link = linkSentTo("new@example.net");
        assertThat(looks(link).raw().body()).contains("Use this address", "new@example.net");
        assertThat(addressOf(reader)).isEqualTo("moves@example.org");

        assertThat(posts(link, "").raw().body()).contains("Your address is changed");
        assertThat(addressOf(reader)).isEqualTo("new@example.net");
        server.advance(ofDays(2));
        assertThat(lastMailTo("new@example.net").at("/message/subject").asText())
                .isEqualTo("Two");
    }

    @Test
    void the_old_address_is_told_and_not_to_where() {
        var reader = reader("told@example.org");
        wants(reader, "elsewhere@example.net");
        posts(linkSentTo("elsewhere@example.net"), "");
        server.settle();

        var mail = lastMailTo("told@example.org");

        assertThat(mail.at("/message/subject").asText()).isEqualTo("Your address for Tea Letters was changed");
        assertThat(mail.at("/message/text").asText())
                .contains("e•••@example.net")
                .doesNotContain("elsewhere");
    }

    @Test
    void it_is_on_record_that_the_reader_agreed() {
        var reader = reader("record@example.org");
        wants(reader, "recorded@example.net");
        posts(linkSentTo("recorded@example.net"), "");

        var consent = server.get("/ext/v1/subscribers/" + reader.id() + "/consents");

        assertThat(consent.at("/consents/0/source").asText()).isEqualTo("reader");
        assertThat(consent.at("/consents/0/text_shown").asText()).contains("recorded@example.net");
    }

    @Test
    void erasing_a_reader_takes_the_mail_to_every_address_that_they_had() {
        var reader = reader("erased@example.org");
        wants(reader, "erased@example.net");
        posts(linkSentTo("erased@example.net"), "");
        server.settle();
        assertThat(server.get("/ext/v1/subscribers/" + reader.id() + "/export")
                        .raw()
                        .body())
                .contains("erased@example.org", "erased@example.net");

        server.delete("/ext/v1/subscribers/" + reader.id());

        assertThat(mailTo("erased@example.org")).isEmpty();
        assertThat(mailTo("erased@example.net")).isEmpty();
        assertThat(server.get("/ext/v1/deliveries?kind=notice&per_page=1000")
                        .raw()
                        .body())
                .doesNotContain("erased@example");
    }

    @Test
    void confirming_twice_is_as_good_as_once() {
        var reader = reader("twice@example.org");
        wants(reader, "once@example.net");
        var link = linkSentTo("once@example.net");
        posts(link, "");
        server.settle();

        assertThat(posts(link, "").raw().body()).contains("Your address is changed");
        assertThat(looks(link).raw().body()).contains("Your address is changed");
        server.settle();
        assertThat(mailTo("twice@example.org")).hasSize(2);
    }

    @Test
    void whoever_has_the_address_already_keeps_it_and_who_asks_is_not_told() {
        var other = reader("has-it@example.net");
        var reader = reader("wants-it@example.org");

        var answer = wants(reader, "has-it@example.net");
        assertThat(answer.raw().body().replace("has-it@example.net", "free@example.net"))
                .isEqualTo(wants(reader, "free@example.net").raw().body());

        assertThat(posts(linkSentTo("has-it@example.net"), "").raw().body())
                .contains("This address is in use already")
                .doesNotContain("wants-it");
        assertThat(addressOf(reader)).isEqualTo("wants-it@example.org");
        assertThat(addressOf(other)).isEqualTo("has-it@example.net");
    }

    @Test
    void one_address_is_asked_once_a_day_whoever_wants_it() {
        var one = reader("first@example.org");
        var two = reader("second@example.org");

        wants(one, "bombed@example.net");
        wants(one, "Bombed@example.net");
        wants(two, "bombed+tag@example.net");

        assertThat(mailTo("bombed@example.net")).hasSize(1);
        assertThat(mailTo("bombed+tag@example.net")).isEmpty();
    }

    @Test
    void one_reader_asks_five_addresses_a_day() {
        var reader = reader("many@example.org");

        for (int i = 0; i < 7; i++) {
            wants(reader, "many" + i + "@example.net");
        }

        assertThat(mailTo("many4@example.net")).hasSize(1);
        assertThat(mailTo("many5@example.net")).isEmpty();
    }

    @Test
    void an_address_that_gets_no_mail_of_ours_is_not_asked() {
        server.post("/ext/v1/suppressions", json("{'email_address':'never@example.net'}"));
        var reader = reader("asks@example.org");

        assertThat(wants(reader, "never@example.net").raw().body()).contains("Look into the inbox");

        assertThat(mailTo("never@example.net")).isEmpty();
    }

    @Test
    void a_link_holds_for_seven_days() {
        var reader = reader("late@example.org");
        wants(reader, "later@example.net");
        var link = linkSentTo("later@example.net");

        server.advance(ofDays(8));

        assertThat(posts(link, "").status()).isEqualTo(404);
        assertThat(addressOf(reader)).isEqualTo("late@example.org");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nobody",
                "a b@example.net",
                "<script>alert(1)</script>",
                "x@y@",
                "a@example.net\r\nBcc: b@example.net"
            })
    void what_is_no_address_is_shown_again_and_asked_nobody(String address) {
        var answer = wants(reader("typo@example.org"), address);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.raw().body()).contains("role=\"alert\"").doesNotContain("<script>");
    }

    @Test
    void who_has_left_changes_nothing() {
        var reader = reader("gone@example.org");
        reader.unsubscribes();

        assertThat(wants(reader, "gone@example.net").raw().body()).contains("You are unsubscribed");

        assertThat(mailTo("gone@example.net")).isEmpty();
    }

    @Test
    void an_unknown_link_is_404() {
        assertThat(looks("/address/nobody/nothing").status()).isEqualTo(404);
        assertThat(posts("/address/nobody/nothing", "").status()).isEqualTo(404);
    }
}
