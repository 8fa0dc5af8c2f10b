package reynard.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;
import static reynard.testing.TestServer.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ProofsTest {
    private static final String AUTHOR = "author@example.com";

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String email(TestServer.Sequence sequence, String subject) {
        return "/ext/v1/sequences/" + sequence.id() + "/emails/" + sequence.email(subject);
    }

    private static List<String> codes(JsonNode preview) {
        var codes = new ArrayList<String>();
        preview.at("/warnings").forEach(warning -> codes.add(warning.get("code").asText()));
        return codes;
    }

    private List<JsonNode> inbox(String to) {
        var mail = new ArrayList<JsonNode>();
        server.get("/ext/v1/inbox?per_page=1000&to=" + to).at("/messages").forEach(mail::addFirst);
        return mail;
    }

    @Test
    void a_preview_is_what_the_reader_gets() {
        var sequence = server.sequence(
                immediate("Hello").saying("<p>Dear {{ subscriber.first_name }}, {{ snippet.bye }}</p>"));
        server.post("/v4/snippets", json("{'name':'Bye','snippet_type':'inline','content':'so long & thanks'}"));
        var reader = server.post(
                        "/v4/subscribers", json("{'email_address':'mei@example.org','first_name':'<b>Mei</b>'}"))
                .at("/subscriber/id")
                .asLong();

        var preview = server.post(email(sequence, "Hello") + "/preview?subscriber_id=" + reader, "{}")
                .at("/preview");
        server.post(sequence.path() + "/subscribers/" + reader, "{}");
        server.put("/ext/v1/sequences/" + sequence.id(), json("{'open_tracking':false,'click_tracking':false}"));
        server.settle();

        var sent = server.get("/ext/v1/inbox/"
                        + inbox("mei@example.org").getFirst().get("id").asLong())
                .at("/message");
        assertThat(preview.get("html").asText()).contains("<p>Dear &lt;b&gt;Mei&lt;/b&gt;, so long &amp; thanks</p>");
        assertThat(sent.get("html")
                        .asText()
                        .replace("\r\n", "\n")
                        .replaceAll("/u/[^\"]+", "")
                        .strip())
                .isEqualTo(
                        preview.get("html").asText().replaceAll("/u/[^\"]+", "").strip());
        assertThat(preview.get("text").asText()).contains("Dear <b>Mei</b>, so long & thanks", "1 Tea Street");
        assertThat(preview.get("headers").toString()).contains("List-Unsubscribe-Post", "\"To\"");
        assertThat(preview.get("size_bytes").asInt()).isGreaterThan(1_000);
        assertThat(codes(preview)).isEmpty();
    }

    @Test
    void a_preview_warns_of_what_its_author_may_not_have_meant() {
        long layout = server.post(
                        "/ext/v1/email_templates",
                        json(
                                "{'name':'T','html':'{{ message_content }}{% if false %}{{ unsubscribe_url }}{% endif %}'}"))
                .at("/email_template/id")
                .asLong();
        server.field("Plan");
        var sequence = server.sequence(
                "{'email_template_id':" + layout + "}",
                immediate("Re: Hello")
                        .saying("{{ subscriber.plan }} {{ subscriber.plann }} {{ nme }} {{ snippet.gone }}"
                                + "<a href='http:/x'>a</a> <a href='www.tea.example'>b</a> <a href='https://tea.example/é'>c</a>"
                                + "<a href='mailto:a@tea.example'>d</a><a href=''>e</a><a href='#top'>f</a>"
                                + "<p>" + "tea and cake ".repeat(9_000) + "</p>")
                        .draft());
        server.put("/ext/v1/account", json("{'postal_address':null}"));

        var preview =
                server.post(email(sequence, "Re: Hello") + "/preview", "{}").at("/preview");

        assertThat(codes(preview))
                .containsExactlyInAnyOrder(
                        "no_postal_address",
                        "gmail_clips",
                        "misleading_subject",
                        "empty_variable",
                        "missing_variable",
                        "missing_variable",
                        "missing_snippet",
                        "broken_link",
                        "broken_link",
                        "broken_link");
        assertThat(preview.get("html").asText()).contains("/u/");
    }

    @Test
    void a_broken_email_has_no_preview_but_a_reason() {
        var sequence =
                server.sequence(immediate("Hello").saying("<p>\n{% if %}</p>").draft());

        assertThat(server.post(email(sequence, "Hello") + "/preview", "{}").errors())
                .singleElement()
                .asString()
                .startsWith("content line 2, column ");
        assertThat(server.post(email(sequence, "Hello") + "/test", "{}").status())
                .isEqualTo(422);
    }

    @Test
    void what_is_no_Liquid_is_kept_as_a_draft_and_not_published() {
        var sequence = server.sequence(
                immediate("Hello"), days("Later", 1).saying("{{ subscriber. }}").draft());
        var path = sequence.path() + "/emails/";

        var refused = List.of(
                server.post(path, json("{'subject':'{% if %}','delay_value':2,'delay_unit':'days','published':true}")),
                server.put(path + sequence.email("Later"), json("{'published':true}")),
                server.put(path + sequence.email("Hello"), json("{'preview_text':'{{ x | nope }}'}")),
                server.put(path + sequence.email("Hello"), json("{'content':'a\\n  {% for x %}'}")),
                server.post(
                        "/ext/v1/sequences/" + sequence.id() + "/emails/" + sequence.email("Later") + "/impact",
                        json("{'published':true}")),
                server.post("/v4/broadcasts", json("{'subject':'{{','content':'x','send_at':'2026-02-01T00:00:00Z'}")));

        assertThat(refused).extracting(Answer::status).containsOnly(422);
        assertThat(refused)
                .extracting(answer -> answer.errors().getFirst().replaceAll("(line \\d).*", "$1"))
                .containsExactly(
                        "subject line 1",
                        "content line 1",
                        "preview_text line 1",
                        "content line 2",
                        "content line 1",
                        "subject line 1");
        assertThat(server.put(path + sequence.email("Hello"), json("{'content':'{{','published':false}"))
                        .status())
                .isEqualTo(200);
        assertThat(server.post("/v4/broadcasts", json("{'subject':'{{','content':'x'}"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void dates_in_an_email_are_those_of_its_sequence() {
        // Noon in UTC is the next day on Kiritimati.
        var sequence = server.sequence(
                "{'time_zone':'Pacific/Kiritimati'}",
                immediate("It is {{ 'now' | date: '%d %H:%M' }}")
                        .saying("<p>x</p>")
                        .draft());

        var preview = server.post(email(sequence, "It is {{ 'now' | date: '%d %H:%M' }}") + "/preview", "{}");

        assertThat(preview.at("/preview/subject").asText()).isEqualTo("It is 06 02:00");
    }

    @Test
    void Markdown_is_a_way_to_write_an_email() {
        var sequence = server.sequence(immediate("Hello").saying("# Tea\n\n*Green* for {{ subscriber.first_name }}"));

        assertThat(server.get(email(sequence, "Hello"))
                        .at("/email/content_type")
                        .asText())
                .isEqualTo("html");
        assertThat(server.put(email(sequence, "Hello"), json("{'content_type':'markdown'}"))
                        .at("/email/content_type")
                        .asText())
                .isEqualTo("markdown");
        sequence.changeEmail("Hello", "{'subject':'Changed'}");

        assertThat(server.post(email(sequence, "Hello") + "/preview", "{}")
                        .at("/preview/html")
                        .asText())
                .contains("<h1>Tea</h1>", "<em>Green</em>");
        assertThat(server.put(email(sequence, "Hello"), json("{'content_type':'rtf'}"))
                        .errors())
                .containsExactly("content_type must be one of: html, markdown");
    }

    @Test
    void a_test_goes_to_the_accounts_own_people_only() {
        var sequence = server.sequence(immediate("Hello").draft());

        assertThat(server.post(email(sequence, "Hello") + "/test", "{}")
                        .at("/to")
                        .toString())
                .isEqualTo("[\"author@example.com\"]");
        assertThat(server.post(email(sequence, "Hello") + "/test", json("{'to':['stranger@example.org']}"))
                        .errors())
                .singleElement()
                .asString()
                .endsWith("confirmed sending addresses: stranger@example.org");
        server.settle();

        assertThat(inbox(AUTHOR))
                .singleElement()
                .satisfies(mail -> assertThat(mail.get("subject").asText()).isEqualTo("[Test] Hello"));
        assertThat(server.get("/v4/subscribers").at("/subscribers")).isEmpty();
    }

    @Test
    void tests_are_limited_by_the_hour() {
        var sequence = server.sequence(immediate("Hello"));
        var body = text(Map.of("to", List.of(AUTHOR)));
        for (int i = 0; i < 60; i++) {
            assertThat(server.post(email(sequence, "Hello") + "/test", body).status())
                    .isEqualTo(202);
        }

        var refused = server.post(email(sequence, "Hello") + "/test", body);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void a_rehearsal_sends_every_email_with_its_date_and_touches_nothing_else() {
        var sequence = server.sequence(
                immediate("One"),
                hours("Two", 2),
                days("Three", 1),
                days("Four", 3).on("monday"),
                days("Draft", 1).draft(),
                days("Five", 1),
                days("Six", 2));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        var place = server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id())
                .body();
        var stats = sequence.showEmail("One");

        var answer =
                server.post("/ext/v1/sequences/" + sequence.id() + "/rehearse", json("{'to':['author@example.com']}"));
        server.settle();

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.each("emails", "planned_at"))
                .containsExactly(
                        "2026-01-05T12:00:00Z",
                        "2026-01-05T14:00:00Z",
                        "2026-01-06T09:00:00Z",
                        "2026-01-12T09:00:00Z",
                        "2026-01-13T09:00:00Z",
                        "2026-01-15T09:00:00Z");
        assertThat(inbox(AUTHOR))
                .hasSize(6)
                .allSatisfy(mail -> assertThat(mail.get("subject").asText()).startsWith("[Rehearsal] "));
        var texts = inbox(AUTHOR).stream()
                .map(mail -> server.get("/ext/v1/inbox/" + mail.get("id").asLong())
                        .at("/message/text")
                        .asText())
                .toList();
        assertThat(texts)
                .anySatisfy(mail -> assertThat(mail)
                        .startsWith("Rehearsal. Email 4 of 6, planned for Monday 12 January 2026, 09:00 (Etc/UTC)"));
        assertThat(server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id())
                        .body())
                .isEqualTo(place);
        assertThat(sequence.showEmail("One")).isEqualTo(stats);
        assertThat(reader.subjectsReceived()).containsExactly("One");
    }

    @Test
    void what_is_not_there_is_404() {
        var sequence = server.sequence(immediate("Hello"));

        assertThat(server.post("/ext/v1/sequences/9/emails/9/preview", "{}").status())
                .isEqualTo(404);
        assertThat(server.post(email(sequence, "Hello") + "/preview?subscriber_id=9", "{}")
                        .status())
                .isEqualTo(404);
        assertThat(server.post("/ext/v1/sequences/9/rehearse", "{}").status()).isEqualTo(404);
    }
}
