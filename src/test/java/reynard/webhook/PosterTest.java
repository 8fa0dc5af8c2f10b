package reynard.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.FakeReceiver.status;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reynard.testing.FakeReceiver;
import reynard.testing.TestTls;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
class PosterTest {
    private static final Poster.Limits LIMITS =
            new Poster.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 10_000);
    private static final Reach HERE = Reach.parse("127.0.0.1");
    private static final byte[] BODY = "{\"events\":[]}".getBytes(StandardCharsets.UTF_8);

    private final FakeReceiver receiver = FakeReceiver.start();

    @AfterEach
    void stop() {
        receiver.close();
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Answer post(Poster poster, String url) {
        return poster.post(URI.create(url), Map.of("X-Test", "yes"), BODY);
    }

    private Answer post(NameResolver names, String url) {
        try (var poster = new Poster(HERE, names, LIMITS, Optional.empty())) {
            return post(poster, url);
        }
    }

    private Answer post(String url) {
        return post(NameResolver.system(), url);
    }

    @Test
    void a_request_arrives_as_it_was_given() {
        var answer = post(receiver.url() + "?key=a%2Fb");

        assertThat(answer).isEqualTo(new Answer.Answered(200, Optional.empty(), "said 200"));
        var request = receiver.last();
        assertThat(request.requestLine()).isEqualTo("POST /hook?key=a%2Fb HTTP/1.1");
        assertThat(request.header("Host")).isEqualTo("127.0.0.1:" + receiver.port());
        assertThat(request.header("Content-Type")).isEqualTo("application/json");
        assertThat(request.header("X-Test")).isEqualTo("yes");
        assertThat(request.header("Connection")).isEqualTo("close");
        assertThat(request.body()).isEqualTo(BODY);
    }

    @Test
    void a_redirect_is_an_answer_and_not_followed() {
        try (var other = FakeReceiver.start()) {
            receiver.then(status(302, "Location: " + other.url()));
            assertThat(post(receiver.url())).isEqualTo(new Answer.Answered(302, Optional.empty(), "said 302"));
            assertThat(other.connections()).isZero();
        }
    }

    @Test
    void a_question_for_a_login_is_an_answer() {
        receiver.then(status(401, "WWW-Authenticate: Basic realm=\"x\""));
        assertThat(post(receiver.url())).isEqualTo(new Answer.Answered(401, Optional.empty(), "said 401"));
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void of_an_endless_body_only_the_beginning_is_read() {
        receiver.then(out -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            // Until the other side hangs up.
            var block = new byte[65_536];
            while (true) {
                out.write(block);
            }
        });
        assertThat(post(receiver.url())).isInstanceOfSatisfying(Answer.Answered.class, answer -> {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).hasSize(LIMITS.bodyBytesMax());
        });
    }

    @Test
    void whoever_says_nothing_is_left_when_the_time_is_up() {
        receiver.then(receiver.silence());
        assertThat(post(receiver.url())).isInstanceOf(Answer.Silent.class);
    }

    @Test
    void whoever_drips_headers_is_left_when_the_time_is_up() {
        receiver.then(out -> {
            out.write("HTTP/1.1 200 OK\r\nX-A: ".getBytes(StandardCharsets.US_ASCII));
            drip(out);
        });
        assertThat(post(receiver.url())).isInstanceOf(Answer.Silent.class);
    }

    @Test
    void whoever_drips_a_body_has_said_its_status() {
        receiver.then(out -> {
            out.write("HTTP/1.1 500 No\r\nContent-Length: 1000000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            drip(out);
        });
        assertThat(post(receiver.url()))
                .isInstanceOfSatisfying(
                        Answer.Answered.class,
                        answer -> assertThat(answer.status()).isEqualTo(500));
    }

    /// A byte now and then, until the other side hangs up.
    private static void drip(java.io.OutputStream out) throws java.io.IOException {
        while (true) {
            out.write('x');
            out.flush();
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(50).toNanos());
        }
    }

    @Test
    void what_is_not_http_is_no_answer() {
        receiver.then(out -> out.write("220 smtp.example.org ESMTP\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertThat(post(receiver.url())).isInstanceOf(Answer.Silent.class);
        receiver.then(_ -> {});
        assertThat(post(receiver.url())).isInstanceOf(Answer.Silent.class);
        receiver.close();
        assertThat(post(receiver.url())).isInstanceOf(Answer.Silent.class);
    }

    @Test
    void a_name_is_asked_for_once_per_attempt_and_its_own_address_connected_to() {
        var asked = new AtomicInteger();
        NameResolver names = host -> {
            asked.incrementAndGet();
            assertThat(host).isEqualTo("hooks.example.com");
            return List.of(address("127.0.0.1"));
        };
        try (var poster = new Poster(HERE, names, LIMITS, Optional.empty())) {
            var url = "http://hooks.example.com:" + receiver.port() + "/x";
            for (int attempt = 1; attempt <= 3; attempt++) {
                assertThat(post(poster, url)).isInstanceOf(Answer.Answered.class);
                assertThat(asked).hasValue(attempt);
            }
            assertThat(receiver.last().header("Host")).isEqualTo("hooks.example.com:" + receiver.port());
            assertThat(receiver.connections()).isEqualTo(3);
        }
    }

    @Test
    void one_address_out_of_reach_is_enough_to_connect_to_none() {
        try (var elsewhere = FakeReceiver.on("127.0.0.2")) {
            for (var addresses : List.of(
                    List.of(address("127.0.0.2")),
                    List.of(address("127.0.0.1"), address("127.0.0.2")),
                    List.of(address("127.0.0.2"), address("127.0.0.1")),
                    List.of(address("127.0.0.1"), address("169.254.169.254")),
                    List.of(address("127.0.0.1"), address("::1")))) {
                var answer = post(_ -> addresses, "http://hooks.example.com:" + elsewhere.port() + "/");
                assertThat(answer).isInstanceOf(Answer.Refused.class);
            }
            assertThat(elsewhere.connections()).isZero();
            assertThat(post("http://127.0.0.2:" + elsewhere.port() + "/")).isInstanceOf(Answer.Refused.class);
            assertThat(elsewhere.connections()).isZero();
        }
    }

    @Test
    void a_name_that_changes_its_answer_is_never_believed_twice() {
        try (var elsewhere = FakeReceiver.on("127.0.0.2")) {
            var turn = new AtomicInteger();
            NameResolver names = _ -> List.of(address(turn.getAndIncrement() % 2 == 0 ? "127.0.0.1" : "127.0.0.2"));
            try (var poster = new Poster(HERE, names, LIMITS, Optional.empty())) {
                // Nobody listens on this port of the address in reach, so what is connected to is refused at once.
                var url = "http://hooks.example.com:" + elsewhere.port() + "/";
                for (int attempt = 0; attempt < 200; attempt++) {
                    post(poster, url);
                }
                for (int attempt = 0; attempt < 10_000; attempt++) {
                    int before = turn.get();
                    try {
                        assertThat(poster.checked("hooks.example.com")).containsExactly(address("127.0.0.1"));
                    } catch (Poster.OutOfReach e) {
                        assertThat(before % 2).isEqualTo(1);
                    }
                    assertThat(turn).hasValue(before + 1);
                }
            }
            assertThat(turn.get()).isEqualTo(10_200);
            assertThat(elsewhere.connections()).isZero();
        }
    }

    @Test
    void a_name_that_nobody_knows_or_answers_for_is_no_answer() {
        NameResolver nobody = host -> {
            throw new UnknownHostException(host);
        };
        assertThat(post(nobody, "http://hooks.example.com/"))
                .isEqualTo(new Answer.Silent("unknown host: hooks.example.com"));
        NameResolver asleep = _ -> {
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofSeconds(30).toNanos());
            return List.of(address("127.0.0.1"));
        };
        assertThat(post(asleep, "http://hooks.example.com/")).isInstanceOf(Answer.Silent.class);
    }

    @Test
    void tls_is_for_the_name_of_the_url_and_not_for_another() {
        var tls = TestTls.forHost("hooks.example.com");
        NameResolver names = _ -> List.of(address("127.0.0.1"));
        try (var secure = FakeReceiver.withTls(tls.server());
                var poster = new Poster(HERE, names, LIMITS, Optional.of(tls.client()));
                var stranger = new Poster(HERE, names, LIMITS, Optional.empty())) {
            assertThat(post(poster, "https://hooks.example.com:" + secure.port() + "/"))
                    .isInstanceOf(Answer.Answered.class);
            assertThat(post(poster, "https://other.example.com:" + secure.port() + "/"))
                    .isInstanceOf(Answer.Silent.class);
            assertThat(post(stranger, "https://hooks.example.com:" + secure.port() + "/"))
                    .isInstanceOf(Answer.Silent.class);
            assertThat(secure.received()).hasSize(1);
        }
    }
}
