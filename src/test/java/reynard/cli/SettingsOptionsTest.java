package reynard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import reynard.app.Settings;
import reynard.enrollment.Policies;
import reynard.enrollment.Policies.Completing;
import reynard.enrollment.Policies.Inserted;
import reynard.webhook.Reach;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SettingsOptionsTest {
    @Command
    static final class Any {
        @Mixin
        SettingsOptions options = new SettingsOptions();
    }

    private static Settings settings(Map<String, String> environment, String... arguments) {
        var command = new Any();
        new CommandLine(command).parseArgs(arguments);
        return command.options.settings(environment);
    }

    @Test
    void without_any_setting_the_defaults_of_the_documents_hold() {
        var settings = settings(Map.of());

        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.databaseUrl()).isEmpty();
        assertThat(settings.outgoing()).isEqualTo(Settings.Outgoing.INBOX);
        assertThat(settings.virtualClock()).isFalse();
        assertThat(settings.webhookReach()).isEqualTo(Reach.PUBLIC);
        assertThat(settings.vault()).isEmpty();
        assertThat(settings.dataDir()).isAbsolute().endsWithRaw(java.nio.file.Path.of("data"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port              | 80a                     | REYNARD_PORT
            --rate-limit        | some                    | REYNARD_RATE_LIMIT
            --rate-limit        | 0                       | REYNARD_RATE_LIMIT
            --api-keys-may-bulk | yes                     | REYNARD_API_KEYS_MAY_BULK
            --bulk-queue-mb     | -1                      | REYNARD_BULK_QUEUE_MB
            --port              | 65536                   | REYNARD_PORT
            --port              | -1                      | REYNARD_PORT
            --port              | 8080.0                  | REYNARD_PORT
            --database-url      | mysql://localhost/x     | REYNARD_DATABASE_URL
            --database-url      | nonsense                | REYNARD_DATABASE_URL
            --public-url        | mail.example.org        | REYNARD_PUBLIC_URL
            --public-url        | ftp://mail.example.org  | REYNARD_PUBLIC_URL
            --public-url        | https://a.example?x=1   | REYNARD_PUBLIC_URL
            --smtp-url          | http://mail.example.org | REYNARD_SMTP_URL
            --smtp-url          | mail.example.org:25     | REYNARD_SMTP_URL
            --smtp-url          | smtp://host:notaport    | REYNARD_SMTP_URL
            --smtp-url          | smtp://                 | REYNARD_SMTP_URL
            --bootstrap-api-key | short                   | REYNARD_BOOTSTRAP_API_KEY
            --account-email     | nobody                  | REYNARD_ACCOUNT_EMAIL
            --account-name      | ' '                     | REYNARD_ACCOUNT_NAME
            --account-time-zone | Mars/Base               | REYNARD_ACCOUNT_TIME_ZONE
            --clock             | sundial                 | REYNARD_CLOCK
            --clock-start       | tomorrow                | REYNARD_CLOCK_START
            --clock-start       | 2026-11-30              | REYNARD_CLOCK_START
            --policy-inserted   | sometimes               | REYNARD_POLICY_INSERTED
            --policy-completing | nobody                  | REYNARD_POLICY_COMPLETING
            --webhook-allow     | localhost               | REYNARD_WEBHOOK_ALLOW
            --webhook-allow     | 10.0.0.0/33             | REYNARD_WEBHOOK_ALLOW
            --secret-key        | hunter2                 | REYNARD_SECRET_KEY
            """)
    void a_malformed_setting_is_told_in_one_sentence_that_names_it(String flag, String value, String variable) {
        assertThatThrownBy(() -> settings(Map.of(), flag + "=" + value))
                .isInstanceOf(ParameterException.class)
                .hasMessageStartingWith(flag + " (" + variable + ") ")
                .hasMessageNotContainingAny("\n", "Exception");
    }

    @Test
    void a_variable_that_no_setting_has_is_refused_by_name() {
        assertThatThrownBy(() -> settings(Map.of("REYNARD_PROT", "80", "PATH", "/bin")))
                .isInstanceOf(ParameterException.class)
                .hasMessage("unknown setting REYNARD_PROT");
        assertThat(settings(Map.of("REYNARD_PORT", "80", "REYNARD_JAVA_OPTS", "-Xmx1g", "HOME", "/"))
                        .port())
                .isEqualTo(8080);
    }

    @Test
    void a_fault_does_not_repeat_a_secret() {
        for (var argument : new String[] {
            "--smtp-url=smtp://user:hunter2@host:notaport",
            "--database-url=postgresql://user:hunter2@host:notaport/x",
            "--bootstrap-api-key=hunter2",
            "--secret-key=hunter2",
            "--database-url=mysql://user:hunter2@host/x",
            "--smtp-url=http://user:hunter2@host"
        }) {
            assertThatThrownBy(() -> settings(Map.of(), argument))
                    .as(argument)
                    .isInstanceOf(ParameterException.class)
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void good_settings_are_taken_as_they_are_written() {
        var settings = settings(
                Map.of(),
                "--port=0",
                "--public-url=https://mail.example.org/",
                "--clock=virtual",
                "--clock-start=2026-11-30T18:00:00Z",
                "--database-url=postgresql://u:p@db/reynard",
                "--account-time-zone=Asia/Kolkata",
                "--smtp-url=",
                "--webhook-allow=10.1.0.0/16, ::1",
                "--secret-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");

        assertThat(settings.port()).isZero();
        assertThat(settings.publicUrl()).hasValue("https://mail.example.org");
        assertThat(settings.virtualClock()).isTrue();
        assertThat(settings.clockStart()).hasValue(java.time.Instant.parse("2026-11-30T18:00:00Z"));
        assertThat(settings.databaseUrl().orElseThrow()).startsWith("jdbc:postgresql:");
        assertThat(settings.outgoing()).isEqualTo(Settings.Outgoing.INBOX);
        assertThat(settings.webhookReach().listed()).hasSize(2);
        assertThat(settings.vault()).isPresent();
    }

    @Test
    void policies_have_defaults_and_alternatives() {
        assertThat(settings(Map.of()).policies()).isEqualTo(Policies.DEFAULT);
        assertThat(settings(Map.of(), "--policy-inserted=send_now", "--policy-completing=automation_only")
                        .policies())
                .isEqualTo(new Policies(Inserted.SEND_NOW, Completing.AUTOMATION_ONLY));
    }
}
