package reynard.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reynard.testing.Browser;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecondFactorTest {
    private static final String AUTHOR = "author@example.com";

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "59, 287082",
        "1111111109, 081804",
        "1111111111, 050471",
        "1234567890, 005924",
        "2000000000, 279037",
        "20000000000, 353130"
    })
    void codes_are_those_that_RFC_6238_lists(long second, String code) {
        var secret = "12345678901234567890".getBytes(US_ASCII);
        var at = Instant.ofEpochSecond(second);

        assertThat(OneTimeCode.at(secret, OneTimeCode.step(at))).isEqualTo(code);
        assertThat(OneTimeCode.match(secret, code, at.plusSeconds(30), 0)).hasValue(OneTimeCode.step(at));
        assertThat(OneTimeCode.match(secret, code, at.plusSeconds(90), 0)).isEmpty();
        assertThat(OneTimeCode.match(secret, code, at, OneTimeCode.step(at))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"f, MY", "fo, MZXQ", "foo, MZXW6", "foob, MZXW6YQ", "fooba, MZXW6YTB", "foobar, MZXW6YTBOI"})
    void secrets_are_written_as_RFC_4648_lists(String bytes, String text) {
        assertThat(OneTimeCode.base32(bytes.getBytes(US_ASCII))).isEqualTo(text);
    }

    /// What an app on a telephone makes of the key that is shown.
    static byte[] secret(String base32) {
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = new StringBuilder();
        for (char letter : base32.replace(" ", "").toCharArray()) {
            bits.append(String.format("%5s", Integer.toBinaryString(alphabet.indexOf(letter)))
                    .replace(' ', '0'));
        }
        var bytes = new byte[bits.length() / 8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
        }
        return bytes;
    }

    private String code(byte[] secret) {
        return OneTimeCode.at(secret, OneTimeCode.step(server.now()));
    }

    private static String location(Answer answer) {
        return answer.raw().headers().firstValue("Location").orElse("");
    }

    private static Answer shows(Browser browser, String code) {
        var fields = Browser.fields(browser.get("/login/code"));
        fields.put("code", code);
        return browser.post("/login/code", fields);
    }

    @Test
    void who_has_a_second_factor_shows_a_code_of_it_each_once_or_one_written_down() {
        var author = new Browser(server);
        author.logIn(AUTHOR, server.password());
        var elsewhere = new Browser(server);
        elsewhere.logIn(AUTHOR, server.password());
        author.submit(Browser.form(author.page("/you"), "/you/factor"), Map.of());
        assertThat(author.page("/you").select("svg.qr path").attr("d")).contains("h1v1h-1z");
        var secret = secret(author.page("/you").select("section code").text());
        var on = Browser.form(author.page("/you"), "/you/factor/on");
        assertThat(author.submit(on, Map.of("code", "000000")).status()).isEqualTo(422);
        var codes = Browser.parse(author.submit(on, Map.of("code", code(secret))))
                .select(".codes code")
                .eachText();
        assertThat(codes).hasSize(10).doesNotHaveDuplicates();
        assertThat(author.page("/you").text()).doesNotContain(codes.getFirst()).contains("10 codes");
        assertThat(elsewhere.get("/").status()).isEqualTo(303);

        var browser = new Browser(server);
        assertThat(location(browser.logIn(AUTHOR, server.password()))).startsWith("/login/code");
        assertThat(browser.cookies()).doesNotContainKey("__Host-reynard_session");
        assertThat(browser.get("/").status()).isEqualTo(303);
        assertThat(shows(browser, code(secret)).status()).as("shown before").isEqualTo(422);
        server.advance(Duration.ofMinutes(1));
        assertThat(shows(browser, code(secret)).status()).isEqualTo(303);
        assertThat(browser.get("/").status()).isEqualTo(200);

        var lost = new Browser(server);
        lost.logIn(AUTHOR, server.password());
        assertThat(shows(lost, codes.getFirst().toLowerCase(Locale.ROOT).replace("-", " "))
                        .status())
                .isEqualTo(303);
        var again = new Browser(server);
        again.logIn(AUTHOR, server.password());
        assertThat(shows(again, codes.getFirst()).status()).as("used before").isEqualTo(422);
        server.advance(Duration.ofMinutes(11));
        assertThat(location(shows(again, codes.get(1)))).as("too late").startsWith("/login");

        server.advance(Duration.ofMinutes(20));
        var off = Browser.form(browser.page("/you"), "/you/factor/off");
        assertThat(browser.submit(off, Map.of("code", "123456")).status()).isEqualTo(422);
        assertThat(browser.follow(browser.submit(off, Map.of("code", code(secret))))
                        .select("[role=status]")
                        .text())
                .startsWith("Your password alone");
        assertThat(location(new Browser(server).logIn(AUTHOR, server.password())))
                .isEqualTo("/");
    }

    @Test
    void a_server_with_another_secret_key_says_so_and_takes_a_code_that_was_written_down() throws SQLException {
        try (var other = TestServer.start()) {
            var author = new Browser(other);
            author.logIn(AUTHOR, other.password());
            author.submit(Browser.form(author.page("/you"), "/you/factor"), Map.of());
            var secret = secret(author.page("/you").select("section code").text());
            var now = OneTimeCode.at(secret, OneTimeCode.step(other.now()));
            var on = Browser.form(author.page("/you"), "/you/factor/on");
            var written = Browser.parse(author.submit(on, Map.of("code", now)))
                    .select(".codes code")
                    .eachText();
            try (var connection = DriverManager.getConnection(other.databaseUrl());
                    var statement = connection.createStatement()) {
                statement.execute("update second_factor set secret = 'v1.00000000.AAAA'");
            }

            var browser = new Browser(other);
            browser.logIn(AUTHOR, other.password());
            other.advance(Duration.ofMinutes(1));
            var refused = shows(browser, OneTimeCode.at(secret, OneTimeCode.step(other.now())));

            assertThat(refused.status()).isEqualTo(422);
            assertThat(Browser.parse(refused).select("[role=alert]").text())
                    .contains("REYNARD_SECRET_KEY", "bin/reynard users reset");
            assertThat(shows(browser, written.getFirst()).status()).isEqualTo(303);
            assertThat(browser.get("/you").status()).isEqualTo(200);
        }
    }
}
