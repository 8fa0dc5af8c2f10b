package reynard.signup;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.account.Accounts;
import reynard.consent.Consents;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SignupTest {
    private static final String ADDRESS = "reader@example.org";

    private final TestServer server = TestServer.start();
    private long form;
    private String path;

    @BeforeEach
    void make() {
        form = server.form("Tea for friends", "hosted");
        path = setUp("{}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String setUp(String page) {
        var answer = server.put("/ext/v1/forms/" + form + "/page", json(page));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.at("/page/url").asText().replace("https://mail.example.com", "");
    }

    private Answer visit(String address) {
        return server.send("GET", address, null, Map.of());
    }

    private Answer posts(String to, Map<String, String> fields, String... headers) {
        var body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        var all = new LinkedHashMap<String, String>();
        all.put("Content-Type", "application/x-www-form-urlencoded");
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        return server.send("POST", to, body.getBytes(StandardCharsets.UTF_8), all);
    }

    private String stamp() {
        return hidden(visit(path), "stamp");
    }

    private static String hidden(Answer page, String name) {
        var matcher = Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"")
                .matcher(page.raw().body());
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private Answer signsUp(String email) {
        return signsUp(email, Map.of());
    }

    private Answer signsUp(String email, Map<String, String> more) {
        var fields = new LinkedHashMap<>(Map.of("email", email, "stamp", stamp()));
        fields.putAll(more);
        server.advance(ofSeconds(5));
        var answer = posts(path, fields);
        server.settle();
        return answer;
    }

    private List<String> mailTo(String email) {
        return server.get("/ext/v1/inbox?per_page=1000&to=" + URLEncoder.encode(email, StandardCharsets.UTF_8))
                .each("messages", "id");
    }

    private Answer lastMail(String email) {
        return server.get("/ext/v1/inbox/" + mailTo(email).getFirst());
    }

    private String link(String email) {
        var matcher = Pattern.compile("https://mail\\.example\\.com(/confirm/[\\w-]+/[\\w-]+)")
                .matcher(lastMail(email).at("/message/text").asText());
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    private Answer subscriber(String email) {
        return server.get(
                "/v4/subscribers?status=all&email_address=" + URLEncoder.encode(email, StandardCharsets.UTF_8));
    }

    private String state(String email) {
        return subscriber(email).at("/subscribers/0/state").asText();
    }

    @Test
    void who_signs_up_is_asked_by_mail_and_joins_with_the_button_behind_its_link() {
        long tag = server.tag("Friend");
        var sequence = server.sequence(immediate("Welcome"));
        setUp("{'tag_ids':[%d],'sequence_ids':[%d]}".formatted(tag, sequence.id()));

        var answer = signsUp(ADDRESS);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.raw().body()).contains("Please look into your inbox");
        assertThat(state(ADDRESS)).isEqualTo("inactive");
        assertThat(mailTo(ADDRESS)).hasSize(1);
        var link = link(ADDRESS);
        assertThat(visit(link).raw().body())
                .contains("Get emails from Tea Letters?")
                .contains(ADDRESS);
        assertThat(server.send("HEAD", link, null, Map.of()).status()).isEqualTo(200);
        assertThat(state(ADDRESS)).isEqualTo("inactive");

        assertThat(posts(link, Map.of()).raw().body()).contains("You are in");
        server.settle();

        assertThat(state(ADDRESS)).isEqualTo("active");
        assertThat(server.get("/v4/forms/" + form + "/subscribers").each("subscribers", "email_address"))
                .containsExactly(ADDRESS);
        assertThat(server.get("/v4/tags/" + tag + "/subscribers").each("subscribers", "email_address"))
                .containsExactly(ADDRESS);
        assertThat(lastMail(ADDRESS).at("/message/subject").asText()).isEqualTo("Welcome");
    }

    @Test
    void the_same_confirmation_twice_counts_once_and_not_again_for_who_has_left() {
        signsUp(ADDRESS);
        var link = link(ADDRESS);
        posts(link, Map.of());

        assertThat(posts(link, Map.of()).status()).isEqualTo(200);
        assertThat(consents(ADDRESS).at("/consents")).hasSize(1);
        var id = subscriber(ADDRESS).at("/subscribers/0/id").asLong();
        server.post("/v4/subscribers/" + id + "/unsubscribe", "{}");

        assertThat(posts(link, Map.of()).status()).isEqualTo(200);
        assertThat(state(ADDRESS)).isEqualTo("cancelled");
    }

    @Test
    void a_link_that_was_changed_or_is_of_nobody_is_404() {
        signsUp(ADDRESS);
        var link = link(ADDRESS);
        var changed = link.substring(0, link.length() - 2) + (link.endsWith("AA") ? "BB" : "AA");

        assertThat(visit(changed).status()).isEqualTo(404);
        assertThat(posts(changed, Map.of()).status()).isEqualTo(404);
        assertThat(posts("/confirm/x/y", Map.of()).status()).isEqualTo(404);
        assertThat(posts("/forms/x/y", Map.of("email", ADDRESS)).status()).isEqualTo(404);
        assertThat(state(ADDRESS)).isEqualTo("inactive");
    }

    @Test
    void the_mail_holds_nothing_that_the_visitor_wrote_and_is_known_to_come_from_a_machine() {
        setUp("{'asks_name':true,'confirmation_subject':'Is it you?','confirmation_text':'We have tea.'}");

        signsUp(ADDRESS, Map.of("first_name", "Win at xyz.example", "referrer", "https://xyz.example/spam"));

        var mail = lastMail(ADDRESS).at("/message");
        assertThat(mail.get("raw").asText()).doesNotContain("Win at").doesNotContain("xyz.example");
        assertThat(mail.get("html").asText()).doesNotContain("Win at").contains("We have tea.", "1 Tea Street");
        assertThat(mail.get("text").asText()).contains("We have tea.", "1 Tea Street");
        assertThat(mail.get("subject").asText()).isEqualTo("Is it you?");
        assertThat(mail.at("/headers/Auto-Submitted").asText().strip()).isEqualTo("auto-generated");
        assertThat(mail.at("/headers/List-Unsubscribe").isMissingNode()).isTrue();
        assertThat(subscriber(ADDRESS).at("/subscribers/0/first_name").isNull()).isTrue();
        posts(link(ADDRESS), Map.of());
        assertThat(subscriber(ADDRESS).at("/subscribers/0/first_name").asText()).isEqualTo("Win at xyz.example");
    }

    @Test
    void a_thousand_signups_of_one_address_are_one_mail() throws InterruptedException {
        var stamp = stamp();
        server.advance(ofSeconds(5));

        try (var threads = Executors.newFixedThreadPool(50)) {
            for (int i = 0; i < 1_000; i++) {
                var label = i % 3 == 0 ? "reader+" + i + "@example.org" : i % 2 == 0 ? ADDRESS : "READER@example.org";
                threads.execute(() -> posts(path, Map.of("email", label, "stamp", stamp)));
            }
        }
        server.settle();

        assertThat(server.get("/ext/v1/inbox?per_page=1000").at("/messages")).hasSize(1);
    }

    @Test
    void an_address_gets_one_mail_a_day_by_one_form_and_three_a_week_by_all() {
        signsUp(ADDRESS);
        server.advance(ofDays(1).plusSeconds(60));
        signsUp(ADDRESS);
        server.advance(ofDays(1).plusSeconds(60));
        signsUp(ADDRESS);
        assertThat(mailTo(ADDRESS)).hasSize(3);

        server.advance(ofDays(1).plusSeconds(60));
        form = server.form("Another", "hosted");
        path = setUp("{}");
        assertThat(signsUp(ADDRESS).raw().body()).contains("Please look into your inbox");
        assertThat(mailTo(ADDRESS)).hasSize(3);

        server.advance(ofDays(5));
        signsUp(ADDRESS);
        assertThat(mailTo(ADDRESS)).hasSize(4);
    }

    @Test
    void a_network_that_signs_up_too_many_is_told_so_and_nothing_is_sent() {
        var stamp = stamp();
        server.advance(ofSeconds(5));
        var statuses = IntStream.range(0, 40)
                .mapToObj(i -> posts(path, Map.of("email", "reader" + i + "@example.org", "stamp", stamp))
                        .status())
                .toList();
        server.settle();

        assertThat(statuses.subList(0, 30)).containsOnly(200);
        assertThat(statuses.subList(30, 40)).containsOnly(429);
        assertThat(server.get("/ext/v1/inbox?per_page=1000").at("/messages")).hasSize(30);
    }

    @Test
    void known_new_and_suppressed_addresses_are_answered_alike() {
        server.subscriber("known@example.org");
        server.subscriber("gone@example.org").unsubscribes();
        server.post("/ext/v1/suppressions", json("{'email_address':'bad@example.org'}"));
        server.subscriber("bounced@example.org", "bounced");

        var answers = List.of("known@example.org", "gone@example.org", "bad@example.org", "new@example.org").stream()
                .map(this::signsUp)
                .toList();

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers)
                .extracting(answer -> answer.raw().body())
                .containsOnly(answers.getFirst().raw().body());
        assertThat(mailTo("bad@example.org")).isEmpty();
        assertThat(mailTo("gone@example.org")).hasSize(1);
    }

    @Test
    void who_left_comes_back_by_a_form_and_their_own_confirmation_only() {
        var reader = server.subscriber(ADDRESS);
        reader.unsubscribes();

        signsUp(ADDRESS);
        assertThat(reader.state()).isEqualTo("cancelled");
        posts(link(ADDRESS), Map.of());

        assertThat(reader.state()).isEqualTo("active");
        var sequence = server.sequence(immediate("Again"));
        reader.joins(sequence);
        server.settle();
        assertThat(reader.subjectsReceived()).endsWith("Again");
    }

    @Test
    void a_machine_that_fills_in_what_no_person_sees_is_thanked_and_ignored() {
        var answer = signsUp(ADDRESS, Map.of("website", "https://spam.example"));

        assertThat(answer.raw().body()).contains("Please look into your inbox");
        assertThat(subscriber(ADDRESS).at("/subscribers")).isEmpty();
    }

    @Test
    void a_form_sent_without_having_been_seen_or_too_soon_is_shown_with_what_was_entered() {
        setUp("{'asks_name':true}");
        var stamp = stamp();
        var fields = Map.of("email", ADDRESS, "first_name", "<script>alert(1)</script>");

        for (var bad : List.of("", stamp, "x", stamp + "x", "1.2", "zzzzzzzzzzzz." + stamp)) {
            var more = new LinkedHashMap<>(fields);
            more.put("stamp", bad);
            var answer = posts(path, more);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.raw().body())
                    .contains("value=\"" + ADDRESS + "\"")
                    .contains("press the button")
                    .doesNotContain("<script");
        }
        server.advance(ofDays(1));
        posts(path, Map.of("email", ADDRESS, "stamp", stamp));
        assertThat(subscriber(ADDRESS).at("/subscribers")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"quoted name\"@example.org",
                "plus+label@example.org",
                "δοκιμή@bücher.example",
                "o'brien@example.org"
            })
    void unusual_addresses_are_asked_like_any(String email) {
        var answer = signsUp(email);

        assertThat(answer.raw().body()).contains("Please look into your inbox");
        assertThat(subscriber(email).at("/subscribers")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "reader", "reader@", "a@b@", "reader@example.org\r\nBcc: x@example.org", "@example.org"})
    void what_is_no_address_is_said_so(String email) {
        var answer = signsUp(email);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.raw().body()).contains("role=\"alert\"");
    }

    @Test
    void the_consent_is_kept_as_it_was_given() {
        setUp("{'heading':'Tea','introduction':'Once a week.','button':'Yes','consent_text':'I agree to get tea.'}");
        assertThat(signsUp(ADDRESS).status()).isEqualTo(422);

        signsUp(ADDRESS, Map.of("consent", "yes", "referrer", "https://blog.example/?utm_source=friend"));
        assertThat(consents(ADDRESS).at("/consents")).isEmpty();
        posts(link(ADDRESS), Map.of());

        var consent = consents(ADDRESS).at("/consents/0");
        assertThat(consent.get("source").asText()).isEqualTo("form");
        assertThat(consent.get("form_id").asLong()).isEqualTo(form);
        assertThat(consent.get("text_shown").asText()).isEqualTo("Tea\nOnce a week.\nI agree to get tea.\nYes");
        assertThat(consent.get("client_address").asText()).isEqualTo("127.0.0.1");
        assertThat(consent.get("asked_at").asText()).isEqualTo("2026-01-05T12:00:10Z");
        assertThat(consent.get("confirmed_at").asText()).isNotEmpty();
        var member = server.get("/v4/forms/" + form + "/subscribers").at("/subscribers/0");
        assertThat(member.at("/referrer_utm_parameters/source").asText()).isEqualTo("friend");
    }

    @Test
    void after_ninety_days_no_more_than_the_network_of_a_visitor_is_known() {
        signsUp(ADDRESS);
        posts(link(ADDRESS), Map.of());
        var now = server.now();

        try (var database = Database.open(server.databaseUrl(), 2)) {
            var ids = new IdBlocks(database);
            var account =
                    new Accounts(database, ids, InstantSource.system()).all().getFirst();
            var consents = new Consents(database, ids, InstantSource.system());
            assertThat(consents.forgetClients(account, now.plus(ofDays(89)))).isZero();
            assertThat(consents.forgetClients(account, now.plus(ofDays(91)))).isEqualTo(1);
            assertThat(consents.forgetClients(account, now.plus(ofDays(91)))).isZero();
        }
        assertThat(consents(ADDRESS).at("/consents/0/client_address").asText()).isEqualTo("127.0.0.0");
    }

    private Answer consents(String email) {
        return server.get("/ext/v1/subscribers/"
                + subscriber(email).at("/subscribers/0/id").asLong() + "/consents");
    }

    @Test
    void an_operator_states_why_somebody_may_be_written_to() {
        var reader = server.subscriber(ADDRESS);
        var path = "/ext/v1/subscribers/" + reader.id() + "/consents";

        var created = server.post(path, json("{'statement':'Signed at the fair','asked_at':'2025-09-01'}"));

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.at("/consent/source").asText()).isEqualTo("import");
        assertThat(server.get(path).each("consents", "statement")).containsExactly("Signed at the fair");
        assertThat(server.post(path, "{}").errors()).containsExactly("statement can't be blank");
        assertThat(server.post(path, json("{'statement':'x','source':'form'}")).status())
                .isEqualTo(422);
        assertThat(server.get("/ext/v1/subscribers/999/consents").status()).isEqualTo(404);
    }

    @Test
    void a_program_adds_somebody_to_a_form_and_they_stay_unconfirmed_until_they_click() {
        var sequence = server.sequence(immediate("Welcome"));
        setUp("{'sequence_ids':[%d]}".formatted(sequence.id()));
        var reader = server.subscriber(ADDRESS, "inactive");

        server.post("/v4/forms/" + form + "/subscribers/" + reader.id(), "{}");
        server.post("/v4/forms/" + form + "/subscribers/" + reader.id(), "{}");
        server.settle();

        assertThat(reader.state()).isEqualTo("inactive");
        assertThat(reader.subjectsReceived()).containsExactly("Please confirm: emails from Tea Letters");
        posts(link(ADDRESS), Map.of());
        server.settle();
        assertThat(reader.state()).isEqualTo("active");
        assertThat(reader.subjectsReceived()).endsWith("Welcome");
        assertThat(consents(ADDRESS).at("/consents/0/source").asText()).isEqualTo("api");
    }

    @Test
    void a_form_without_double_opt_in_lets_in_at_once_but_nobody_who_has_left() {
        setUp("{'double_opt_in':false}");
        var gone = server.subscriber("gone@example.org");
        gone.unsubscribes();

        assertThat(signsUp(ADDRESS).raw().body()).contains("Thank you");
        assertThat(signsUp("gone@example.org").raw().body()).contains("Thank you");

        assertThat(state(ADDRESS)).isEqualTo("active");
        assertThat(mailTo(ADDRESS)).isEmpty();
        assertThat(gone.state()).isEqualTo("cancelled");
        assertThat(mailTo("gone@example.org")).hasSize(1);
        var inactive = server.subscriber("api@example.org", "inactive");
        server.post("/v4/forms/" + form + "/subscribers/" + inactive.id(), "{}");
        assertThat(inactive.state()).isEqualTo("active");
    }

    @Test
    void a_form_leads_on_to_named_hosts_only() {
        assertThat(server.put("/ext/v1/forms/" + form + "/page", json("{'redirect_url':'https://evil.example/'}"))
                        .errors())
                .containsExactly("redirect_url must lead to one of your redirect hosts");
        server.put("/ext/v1/redirect_hosts", json("{'redirect_hosts':['Good.example']}"));
        for (var bad : List.of(
                "javascript:alert(1)",
                "//good.example",
                "https://good@evil.example/",
                "https://u@good.example/",
                "x")) {
            assertThat(server.put("/ext/v1/forms/" + form + "/page", TestServer.text(Map.of("redirect_url", bad)))
                            .status())
                    .as(bad)
                    .isEqualTo(422);
        }
        setUp("{'redirect_url':'https://good.example/thanks'}");

        var answer =
                signsUp(ADDRESS, Map.of("redirect_url", "https://evil.example", "redirect", "https://evil.example"));

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.raw().headers().firstValue("Location")).contains("https://good.example/thanks");
        server.put("/ext/v1/redirect_hosts", json("{'redirect_hosts':[]}"));
        assertThat(signsUp("other@example.org").status()).isEqualTo(200);
    }

    @Test
    void an_archived_form_is_closed() {
        var stamp = stamp();
        server.put("/ext/v1/forms/" + form, "{\"archived\":true}");

        assertThat(visit(path).status()).isEqualTo(404);
        server.advance(ofSeconds(5));
        assertThat(posts(path, Map.of("email", ADDRESS, "stamp", stamp)).status())
                .isEqualTo(404);
    }

    @Test
    void only_the_form_may_stand_in_a_page_of_somebody_elses() {
        assertThat(policy(visit(path))).contains("frame-ancestors 'none'").doesNotContain("unsafe");
        assertThat(policy(visit(path + "/embed"))).contains("frame-ancestors *").doesNotContain("unsafe");
        signsUp(ADDRESS);
        assertThat(policy(visit(link(ADDRESS)))).contains("frame-ancestors 'none'");
        assertThat(visit(path).raw().headers().firstValue("Set-Cookie")).isEmpty();
        var script = visit(path + "/index.js");
        assertThat(script.raw().headers().firstValue("Content-Type")).contains("text/javascript; charset=utf-8");
    }

    private static String policy(Answer answer) {
        assertThat(answer.raw().headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.raw().headers().firstValue("Referrer-Policy")).contains("no-referrer");
        return answer.raw().headers().firstValue("Content-Security-Policy").orElseThrow();
    }

    @Test
    void form_and_mail_speak_the_language_of_the_visitor_or_of_the_form() {
        var german = server.send("GET", path, null, Map.of("Accept-Language", "de-CH,de;q=0.9"));
        assertThat(german.raw().body()).contains("lang=\"de\"").contains("Anmelden");

        setUp("{'language':'ar'}");
        assertThat(visit(path).raw().body()).contains("dir=\"rtl\"");
        signsUp(ADDRESS);
        assertThat(lastMail(ADDRESS).at("/message/html").asText()).contains("dir=\"rtl\"");
        assertThat(server.put("/ext/v1/forms/" + form + "/page", json("{'language':'xx'}"))
                        .status())
                .isEqualTo(422);
    }

    @Test
    void the_snippet_holds_no_ticked_box_and_leads_to_a_second_button() {
        setUp("{'consent_text':'I agree.','button':'<b>Go</b>'}");
        var page = server.get("/ext/v1/forms/" + form + "/page").at("/page");

        assertThat(page.get("embed_html").asText())
                .contains("action=\"https://mail.example.com" + path + "\"")
                .contains("&lt;b&gt;Go&lt;/b&gt;")
                .doesNotContain("checked");
        assertThat(page.get("embed_script").asText()).contains(path + "/index.js");
        var second = posts(path, Map.of("email", ADDRESS, "consent", "yes"));
        assertThat(second.raw().body()).contains("value=\"" + ADDRESS + "\"").doesNotContain("checked");
        assertThat(subscriber(ADDRESS).at("/subscribers")).isEmpty();
    }
}
