package reynard.delivery.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReplyTest {

    @Test
    void an_enhanced_status_in_front_is_parted_from_the_text() {
        var reply = Reply.of(550, "5.7.515 Access denied");

        assertThat(reply.status()).hasValue(new EnhancedStatus(5, 7, 515));
        assertThat(reply.text()).isEqualTo("Access denied");
        assertThat(reply).hasToString("550 5.7.515 Access denied");
        assertThat(Reply.of(250, "2.0.0")).isEqualTo(new Reply(250, Optional.of(new EnhancedStatus(2, 0, 0)), ""));
        assertThat(Reply.of(550, "#5.1.0 Address rejected").status()).hasValue(new EnhancedStatus(5, 1, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "OK",
                "3.1.1 x",
                "5.1 x",
                "5.1.1.1 x",
                "5..1 x",
                "5.1.1x",
                "5.1.1000 x",
                "192.0.2.1 x",
                "x 5.1.1"
            })
    void other_numbers_are_text(String text) {
        assertThat(Reply.of(550, text)).isEqualTo(new Reply(550, Optional.empty(), text));
    }
}
