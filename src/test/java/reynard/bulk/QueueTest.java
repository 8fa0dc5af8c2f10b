package reynard.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.text;

import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.app.Settings;
import reynard.net.Proxies;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class QueueTest {
    private static String people(int from, int count) {
        return text(Map.of(
                "subscribers",
                IntStream.range(from, from + count)
                        .mapToObj(i -> Map.of("email_address", "r" + i + "@example.org"))
                        .toList()));
    }

    @Test
    void what_waits_is_bounded_and_a_key_opens_the_door_where_the_operator_says_so() {
        int bytes = people(0, 101).length();
        try (var server = TestServer.with(new Settings.Access(Optional.empty(), true, 5L * bytes / 2, Proxies.NONE))) {
            assertThat(server.post("/v4/bulk/subscribers", people(0, 101)).status())
                    .isEqualTo(202);
            assertThat(server.post("/v4/bulk/subscribers", people(101, 101)).status())
                    .isEqualTo(202);
            var refused = server.post("/v4/bulk/subscribers", people(300, 101));
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.errors())
                    .containsExactly("This request exceeds your queued bulk requests limit. Please wait while we"
                            + " process your existing requests and try again later.");
            assertThat(server.post("/v4/bulk/subscribers", people(300, 100)).status())
                    .isEqualTo(200);

            server.useKey(server.stranger());
            assertThat(server.post("/v4/bulk/subscribers", people(0, 101)).status())
                    .isEqualTo(202);
            server.settle();

            server.useKey(TestServer.API_KEY);
            assertThat(server.post("/v4/bulk/subscribers", people(300, 101)).status())
                    .isEqualTo(202);
        }
    }
}
