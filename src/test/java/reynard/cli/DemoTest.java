package reynard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DemoTest {
    private final StringWriter printed = new StringWriter();

    private int demo(String... arguments) {
        return new CommandLine(new DemoCommand())
                .setOut(new PrintWriter(printed))
                .setErr(new PrintWriter(printed))
                .execute(arguments);
    }

    @Test
    void the_demo_accounts_for_every_email_of_sixty_subscribers() {
        assertThat(demo("--subscribers", "60", "--examples", "examples"))
                .as(printed::toString)
                .isZero();
        assertThat(printed.toString())
                .containsPattern("Total +347 +7 +6 +360 ")
                .contains("every planned email is accounted for: 360 = 60 subscribers × 6 emails")
                .contains("the inbox holds 347 emails")
                .contains("the clock counted 347 emails")
                .contains("Everything adds up.")
                .doesNotContain("OFF");
    }

    @Test
    void it_refuses_more_subscribers_than_the_example_has() {
        assertThat(demo("--subscribers", "5000", "--examples", "examples")).isEqualTo(2);
        assertThat(printed.toString()).contains("--subscribers must be from 1 to 1000: 5000");
    }
}
