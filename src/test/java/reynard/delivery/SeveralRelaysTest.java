package reynard.delivery;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.app.Settings;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralRelaysTest {
    private FakeSmtp one;
    private FakeSmtp two;
    private TestServer server;
    private TestServer.Sequence sequence;
    private int readers;

    @BeforeAll
    void start() {
        one = FakeSmtp.start();
        two = FakeSmtp.start();
        server = TestServer.with(new Settings.Outgoing(
                Relay.parseAll(one.url() + "?weight=2 " + two.url() + "?connections=4"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        sequence = server.sequence(immediate("Hello"));
    }

    @AfterAll
    void stop() {
        server.close();
        one.close();
        two.close();
    }

    @BeforeEach
    void mend() {
        one.behave();
        two.behave();
        server.advance(ofHours(1));
        // What the last test has left open would need no greeting.
        one.hangUp();
        two.hangUp();
    }

    private List<Reader> join(int count) {
        var joined = new ArrayList<Reader>();
        for (int i = 0; i < count; i++) {
            joined.add(server.subscriber("reader" + readers++ + "@example.org", sequence));
        }
        return joined;
    }

    private static String state(Reader reader) {
        return reader.deliveries().getFirst().get("state").asText();
    }

    private static int attempts(Reader reader) {
        return reader.deliveries().getFirst().get("attempts").asInt();
    }

    @Test
    void both_get_their_share() {
        int before = one.messages().size();
        var joined = join(40);

        server.settle();

        assertThat(joined).allSatisfy(reader -> assertThat(state(reader)).isEqualTo("sent"));
        assertThat(one.messages().size() - before).isBetween(15, 39);
    }

    @Test
    void while_one_is_down_the_other_carries_all_and_the_status_says_why() {
        one.on(Verb.GREETING, 554, "5.3.2 closed");
        join(60);
        server.settle();
        assertThat(server.get("/ext/v1/status").at("/relays/0/state").asText()).isEqualTo("down");
        assertThat(server.get("/ext/v1/status").at("/relays/0/cause").asText()).contains("closed");
        assertThat(server.get("/ext/v1/status").at("/relays/1/state").asText()).isEqualTo("up");

        var later = join(20);
        server.settle();
        assertThat(later).allSatisfy(reader -> assertThat(state(reader)).isEqualTo("sent"));

        one.behave();
        server.advance(ofMinutes(30));
        join(20);
        server.settle();
        assertThat(server.get("/ext/v1/status").at("/relays/0/state").asText()).isEqualTo("up");
    }

    @Test
    void while_both_are_down_nothing_is_charged_and_all_goes_out_once_they_are_back() {
        one.on(Verb.GREETING, 554, "5.3.2 closed");
        two.on(Verb.GREETING, 554, "5.3.2 closed");
        var joined = join(80);
        server.settle();
        server.advance(ofMinutes(4));
        var charged = joined.stream().filter(reader -> attempts(reader) > 0).count();
        assertThat(charged).isLessThan(60);

        one.behave();
        two.behave();
        server.advance(ofHours(2));

        assertThat(joined).allSatisfy(reader -> assertThat(state(reader)).isEqualTo("sent"));
        assertThat(joined).anySatisfy(reader -> assertThat(attempts(reader)).isOne());
    }

    @Test
    void a_from_domain_that_is_refused_waits_without_attempts_and_its_owner_is_told() {
        for (var relay : List.of(one, two)) {
            relay.on(Verb.MAIL, 550, "5.7.26 example.com has no SPF record");
        }
        var joined = join(80);
        server.settle();

        assertThat(server.get("/ext/v1/status").at("/relays/0/refused/0/from").asText())
                .isEqualTo("example.com");
        assertThat(joined).anySatisfy(reader -> assertThat(attempts(reader)).isZero());
        assertThat(joined).allSatisfy(reader -> assertThat(reader.state()).isEqualTo("active"));

        one.behave();
        two.behave();
        server.advance(ofHours(2));
        assertThat(joined).allSatisfy(reader -> assertThat(state(reader)).isEqualTo("sent"));
    }
}
