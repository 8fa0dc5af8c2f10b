package reynard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import reynard.testing.Browser;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AppsAndTokensTest {
    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    private record Said(int status, String text) {}

    private Said run(Object command, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--database-url=" + server.databaseUrl());
        var said = new StringWriter();
        var line = new CommandLine(command).setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        return new Said(line.execute(all.toArray(String[]::new)), said.toString());
    }

    private int statusWith(String token) {
        return server.send("GET", "/v4/account", null, Map.of("Authorization", "Bearer " + token))
                .status();
    }

    @Test
    void a_token_is_shown_once_listed_without_its_text_and_ended_by_its_number() {
        var created = run(new TokensCommand(), "create", "nightly import");
        var token = created.text().strip().replaceFirst("(?s).* ", "");
        var id = created.text().replaceFirst("(?s)Token ([0-9]+),.*", "$1").strip();
        assertThat(created.status()).isZero();
        assertThat(statusWith(token)).isEqualTo(200);

        assertThat(run(new TokensCommand(), "list").text())
                .contains(id + "\tnightly import\ttoken")
                .doesNotContain(token);
        assertThat(run(new TokensCommand(), "revoke", id).status()).isZero();
        assertThat(statusWith(token)).isEqualTo(401);
        assertThat(run(new TokensCommand(), "revoke", id).status()).isEqualTo(1);
        assertThat(run(new TokensCommand(), "list").text()).contains("revoked");
    }

    @Test
    void somebody_who_has_lost_what_they_log_in_with_gets_another_password() {
        var author = new Browser(server);
        author.logIn("author@example.com", server.password());
        assertThat(run(new UsersCommand(), "list").text()).contains("author@example.com\towner\tsince ");
        assertThat(run(new UsersCommand(), "reset", "nobody@example.com").status())
                .isEqualTo(1);

        var reset = run(new UsersCommand(), "reset", "AUTHOR@example.com");

        assertThat(reset.status()).isZero();
        assertThat(author.get("/").status()).isEqualTo(303);
        var password = reset.text().strip().replaceFirst("(?s).* ", "");
        assertThat(new Browser(server)
                        .logIn("author@example.com", server.password())
                        .status())
                .isEqualTo(422);
        assertThat(new Browser(server).logIn("author@example.com", password).status())
                .isEqualTo(303);
    }

    @Test
    void a_token_may_end_by_itself() {
        assertThat(run(new TokensCommand(), "create", "--days=0", "x").status()).isNotZero();
        assertThat(run(new TokensCommand(), "create", "--days=7", "short-lived").status())
                .isZero();
        assertThat(run(new TokensCommand(), "list").text()).containsPattern("short-lived\ttoken\t.*\tends 20");
    }

    @Test
    void an_app_gets_its_secret_once_and_a_public_one_none() {
        var shop = run(new AppsCommand(), "create", "Shop", "--redirect-uri=https://shop.example/back");
        var reader = run(
                new AppsCommand(),
                "create",
                "Reader",
                "--public",
                "--redirect-uri=com.example.reader:/back",
                "--redirect-uri=http://localhost:7777/back");
        var secret = shop.text().replaceFirst("(?s).*client_secret +(\\S+).*", "$1");
        var id = shop.text().replaceFirst("(?s)App ([0-9]+).*", "$1");

        assertThat(secret).startsWith("reynard_app_");
        assertThat(reader.text()).contains("client_id").doesNotContain("client_secret");
        assertThat(run(new AppsCommand(), "list").text())
                .contains("Shop\tconfidential", "Reader\tpublic", "http://localhost:7777/back")
                .doesNotContain(secret);
        assertThat(run(new AppsCommand(), "revoke", id).status()).isZero();
        assertThat(run(new AppsCommand(), "revoke", id).status()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://shop.example/back",
                "/back",
                "shop.example",
                "javascript:alert(1)",
                "data:text/html,x",
                "https://shop.example/#back",
                "https://user@shop.example/",
                "https:///back",
                "not a uri"
            })
    void an_address_that_others_could_listen_at_is_refused(String uri) {
        var refused = run(new AppsCommand(), "create", "Shop", "--redirect-uri=" + uri);

        assertThat(refused.status()).isNotZero();
        assertThat(refused.text()).contains("--redirect-uri must be");
    }
}
