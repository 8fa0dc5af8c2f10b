package reynard.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DnsCacheTest {
    private final ScriptedDns server = ScriptedDns.start();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-05T12:00:00Z"));
    private final Dns dns = new DnsCache(new DnsClient(Optional.of(server.socketAddress())), now::get);

    @AfterEach
    void stop() {
        server.close();
    }

    private void seconds(int count) {
        now.updateAndGet(instant -> instant.plusSeconds(count));
    }

    @Test
    void an_answer_is_remembered_for_as_long_as_it_says() {
        server.zone("mail.example. 300 IN MX 10 one.example.net.");
        assertThat(dns.mx("mail.example").values()).containsExactly("10 one.example.net");
        server.zone("mail.example. 300 IN MX 10 two.example.net.");

        seconds(299);
        assertThat(dns.mx("mail.example").values()).containsExactly("10 one.example.net");
        seconds(1);
        assertThat(dns.mx("mail.example").values()).containsExactly("10 two.example.net");
    }

    @Test
    void of_several_records_the_shortest_time_counts_and_a_day_at_most() {
        server.zone("""
                host.example. 100 IN A 192.0.2.1
                long.example. 900000 IN TXT "one"
                """);
        assertThat(dns.addresses("host.example").values()).containsExactly("192.0.2.1");
        assertThat(dns.txt("long.example").values()).containsExactly("one");
        server.zone("""
                host.example. 100 IN A 192.0.2.2
                long.example. 900000 IN TXT "two"
                """);

        seconds(99);
        assertThat(dns.addresses("host.example").values()).containsExactly("192.0.2.1");
        seconds(1);
        assertThat(dns.addresses("host.example").values()).containsExactly("192.0.2.2");
        seconds(86_299);
        assertThat(dns.txt("long.example").values()).containsExactly("one");
        seconds(1);
        assertThat(dns.txt("long.example").values()).containsExactly("two");
    }

    @Test
    void what_could_not_be_answered_is_asked_again() {
        server.zone("mail.example. 300 IN MX 10 one.example.net.");
        server.fails("mail.example");
        assertThat(dns.mx("mail.example")).isInstanceOf(Dns.Answer.Failed.class);

        server.zone("mail.example. 300 IN MX 10 one.example.net.");
        assertThat(dns.mx("mail.example").values()).hasSize(1);
    }
}
