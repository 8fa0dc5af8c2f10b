package reynard.faults;

import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.TestServer;

/// An email that the program itself cannot make (R26).
@DisplayNameGeneration(ReplaceUnderscores.class)
class PoisonTest {
    @Test
    void an_email_that_cannot_be_made_is_held_after_three_attempts_and_keeps_nobody_else_waiting() {
        try (var relay = FakeSmtp.start();
                var server = TestServer.with(Relay.parse(relay.url())).unaudited();
                var rows = new Rows(server.databaseUrl())) {
            var sequence = server.sequence(immediate("Hello"));
            var poisoned = server.subscriber("poisoned@example.org", sequence);
            var other = server.subscriber("other@example.org", sequence);
            // No request can store such an address.
            rows.write("update subscriber set email_address = 'no address' where email_address like 'poisoned@%'");

            server.settle();
            assertThat(other.deliveries().getFirst().get("state").asText()).isEqualTo("sent");
            assertThat(poisoned.deliveries().getFirst().get("state").asText()).isEqualTo("deferred");

            server.advance(ofHours(1));
            var held = poisoned.deliveries().getFirst();
            assertThat(held.get("state").asText()).isEqualTo("held");
            assertThat(held.get("reason").asText()).isEqualTo("poison");
            assertThat(held.get("attempts").asInt()).isEqualTo(3);
            assertThat(relay.messages()).hasSize(1);
        }
    }
}
