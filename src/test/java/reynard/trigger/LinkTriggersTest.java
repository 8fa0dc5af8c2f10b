package reynard.trigger;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.BROWSER;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;
import reynard.testing.TestServer.Reader;
import reynard.testing.TestServer.Sequence;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LinkTriggersTest {
    private TestServer server;
    private int things;

    @BeforeAll
    void start() {
        server = TestServer.start();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String url() {
        return "https://tea.example/" + things++;
    }

    private long trigger(String url, String effect) {
        var created =
                server.post("/ext/v1/link_triggers", json("{'name':'Trigger','url':'" + url + "'," + effect + "}"));
        assertThat(created.status()).isEqualTo(201);
        return created.at("/link_trigger/id").asLong();
    }

    private Reader reader(String url) {
        var sequence = server.sequence(immediate("Hello")
                .saying("<a href=\"" + url + "\">Go</a>"
                        + " <a href=\"https://tea.example/b\">B</a> <a href=\"https://tea.example/c\">C</a>"));
        var reader = server.subscriber("reader" + things++ + "@example.org", sequence);
        server.advance(ofMinutes(1));
        return reader;
    }

    private List<String> tags(Reader reader) {
        return server.get("/v4/subscribers/" + reader.id() + "/tags").each("tags", "name");
    }

    @Test
    void who_follows_a_link_gets_a_tag_when_it_is_certain_that_it_was_a_person() {
        var url = url();
        trigger(url, "'tag_id':" + server.tag("Curious"));
        var reader = reader(url);

        reader.follows("Go");
        server.settle();
        assertThat(tags(reader)).isEmpty();

        server.advance(ofSeconds(2));
        assertThat(tags(reader)).containsExactly("Curious");
    }

    @Test
    void who_follows_a_link_joins_a_sequence() {
        var url = url();
        var next = server.sequence(immediate("More about tea"));
        trigger(url, "'sequence_id':" + next.id());
        var reader = reader(url);

        reader.follows("Go");
        server.advance(ofSeconds(2));

        assertThat(reader.subjectsReceived()).containsExactly("Hello", "More about tea");
    }

    @Test
    void it_happens_once_to_each_person_however_often_they_click() {
        var url = url();
        var tag = server.tag("Once");
        trigger(url, "'tag_id':" + tag);
        var reader = reader(url);
        reader.follows("Go");
        reader.follows("Go");
        server.advance(ofSeconds(2));
        reader.losesTag(tag);

        reader.follows("Go");
        server.advance(ofMinutes(1));

        assertThat(tags(reader)).isEmpty();
    }

    @Test
    void a_machine_triggers_nothing() {
        var url = url();
        trigger(url, "'tag_id':" + server.tag("Person"));
        var reader = reader(url);

        server.send("HEAD", reader.link("Go"), null, BROWSER);
        server.send("GET", reader.link("Go"), null, Map.of("User-Agent", "curl/8.5.0"));
        reader.follows("Go");
        reader.follows("B");
        reader.follows("C");
        server.advance(ofMinutes(1));

        assertThat(tags(reader)).isEmpty();
    }

    @Test
    void another_address_triggers_nothing() {
        var url = url();
        trigger(url + "/other", "'tag_id':" + server.tag("Other"));
        var reader = reader(url);

        reader.follows("Go");
        server.advance(ofMinutes(1));

        assertThat(tags(reader)).isEmpty();
    }

    @Test
    void a_trigger_whose_sequence_is_gone_or_paused_does_nothing_and_keeps_nobody_up() {
        var url = url();
        var gone = server.sequence(immediate("Gone"));
        var paused = server.sequence("{'active':false,'send_hour':9,'time_zone':'Etc/UTC'}", immediate("Paused"));
        trigger(url, "'sequence_id':" + gone.id());
        trigger(url, "'sequence_id':" + paused.id());
        trigger(url, "'tag_id':" + server.tag("Still"));
        gone.delete();
        var reader = reader(url);

        reader.follows("Go");
        server.advance(ofMinutes(1));

        assertThat(tags(reader)).containsExactly("Still");
    }

    @Test
    void a_person_who_has_left_meanwhile_joins_nothing() {
        var url = url();
        var next = server.sequence(immediate("More"));
        trigger(url, "'sequence_id':" + next.id());
        var reader = reader(url);

        reader.follows("Go");
        reader.unsubscribes();
        server.advance(ofMinutes(1));

        assertThat(reader.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void triggers_are_made_shown_changed_listed_and_deleted() {
        var url = url();
        long tag = server.tag("Made");
        Sequence sequence = server.sequence(immediate("Hello"));
        long id = trigger(url, "'tag_id':" + tag);
        var path = "/ext/v1/link_triggers/" + id;

        assertThat(server.get(path).at("/link_trigger/tag_id").asLong()).isEqualTo(tag);
        assertThat(server.get(path).at("/link_trigger/sequence_id").isNull()).isTrue();
        assertThat(server.get("/ext/v1/link_triggers").each("link_triggers", "id"))
                .contains(String.valueOf(id));

        var changed = server.put(path, json("{'sequence_id':" + sequence.id() + ",'name':' New '}"));
        assertThat(changed.at("/link_trigger/name").asText()).isEqualTo("New");
        assertThat(changed.at("/link_trigger/url").asText()).isEqualTo(url);
        assertThat(changed.at("/link_trigger/tag_id").isNull()).isTrue();
        assertThat(changed.at("/link_trigger/sequence_id").asLong()).isEqualTo(sequence.id());

        assertThat(server.delete(path).status()).isEqualTo(204);
        assertThat(server.get(path).status()).isEqualTo(404);
        assertThat(server.put(path, "{}").status()).isEqualTo(404);
        assertThat(server.delete(path).status()).isEqualTo(404);
    }

    @Test
    void a_trigger_goes_with_its_tag_or_sequence_and_none_is_made_for_what_is_gone() {
        var url = url();
        long tag = server.tag("Short-lived");
        var sequence = server.sequence(immediate("Hello"));
        long tagging = trigger(url, "'tag_id':" + tag);
        long joining = trigger(url, "'sequence_id':" + sequence.id());
        long other = trigger(url, "'tag_id':" + server.tag("Long-lived"));

        var key = TestServer.API_KEY;
        server.useToken(server.token());
        server.send("DELETE", "/v4/bulk/tags", json("{'tags':[{'id':" + tag + "}]}"));
        server.useKey(key);
        sequence.delete();

        assertThat(server.get("/ext/v1/link_triggers/" + tagging).status()).isEqualTo(404);
        assertThat(server.get("/ext/v1/link_triggers/" + joining).status()).isEqualTo(404);
        for (var effect : new String[] {"tag_id", "sequence_id"}) {
            long gone = effect.equals("tag_id") ? tag : sequence.id();
            var body = json("{'name':'Late','url':'" + url + "','" + effect + "':" + gone + "}");
            assertThat(server.post("/ext/v1/link_triggers", body).errors())
                    .containsExactly(effect + " not found: " + gone);
            assertThat(server.put("/ext/v1/link_triggers/" + other, json("{'" + effect + "':" + gone + "}"))
                            .errors())
                    .containsExactly(effect + " not found: " + gone);
        }
    }

    @Test
    void all_faults_of_a_trigger_are_told_at_once() {
        Answer answer = server.post("/ext/v1/link_triggers", json("{'url':'javascript:alert(1)','tag_id':987654321}"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.errors())
                .containsExactlyInAnyOrder(
                        "name can't be blank",
                        "url must begin with http:// or https:// and a host",
                        "tag_id not found: 987654321");
        assertThat(server.post("/ext/v1/link_triggers", json("{'name':'A','url':'https://a.example/'}"))
                        .errors())
                .containsExactly("tag_id or sequence_id must be given");
    }

    @Test
    void legacy_webhooks_for_a_link_are_told_of_clicks_of_people() throws Exception {
        var url = url();
        try (var receiver = reynard.testing.FakeReceiver.start()) {
            server.post(
                    "/v4/webhooks",
                    json("{'target_url':'" + receiver.url()
                            + "','event':{'name':'subscriber.link_click','initiator_value':'" + url + "'}}"));
            var reader = reader(url);

            reader.follows("B");
            server.send("HEAD", reader.link("Go"), null, BROWSER);
            server.advance(ofMinutes(1));
            assertThat(receiver.received()).isEmpty();

            reader.follows("Go");
            server.advance(ofMinutes(1));
            assertThat(receiver.received()).hasSize(1);
            assertThat(receiver.last().text()).contains(reader.email());
        }
    }
}
