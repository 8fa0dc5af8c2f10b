package reynard.delivery.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WireBodyTest {
    private static final List<String> PIECES = List.of(
            "a", ".", "..", "\r", "\n", "\r\n", "\r\n.", "\r\n\r\n", "é", "\u0080", "twelve bytes", "b".repeat(80));

    @Test
    void any_message_goes_out_with_its_lines_ended_and_its_dots_doubled() {
        var random = new Random(20261128);
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder();
            for (int pieces = random.nextInt(25); pieces > 0; pieces--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            var message = text.toString().getBytes(StandardCharsets.ISO_8859_1);

            var body = WireBody.of(message);

            var lines = Arrays.asList(text.toString().split("\r\n|\r|\n", -1));
            var wire = lines.stream()
                    .map(line -> line.startsWith(".") ? "." + line : line)
                    .collect(Collectors.joining("\r\n"));
            int headerEnd = lines.indexOf("");
            var header = lines.subList(0, headerEnd < 0 ? lines.size() : headerEnd);
            var content = lines.subList(header.size(), lines.size());
            assertThat(new String(body.bytes(), 0, body.length(), StandardCharsets.ISO_8859_1))
                    .as("seed 20261128, %d", i)
                    .isEqualTo(wire.endsWith("\r\n") ? wire.substring(0, wire.length() - 2) : wire);
            assertThat(body.hasEightBitHeader())
                    .as("%d", i)
                    .isEqualTo(header.stream().anyMatch(WireBodyTest::isEightBit));
            assertThat(body.hasEightBitBody())
                    .as("%d", i)
                    .isEqualTo(content.stream().anyMatch(WireBodyTest::isEightBit));
        }
    }

    private static boolean isEightBit(String line) {
        return line.chars().anyMatch(octet -> octet >= 0x80);
    }

    @Test
    void what_needs_no_change_is_no_copy() {
        var message = "Subject: Tea\r\n\r\nHello\r\n".getBytes(StandardCharsets.US_ASCII);

        assertThat(WireBody.of(message).bytes()).isSameAs(message);
    }

    @Test
    void a_line_of_998_octets_goes_out_and_a_longer_one_is_refused() {
        for (int before = 0; before < 10; before++) {
            var start = "x".repeat(before) + "\r\n";
            var longest = (start + "y".repeat(998) + "\r\nz").getBytes(StandardCharsets.US_ASCII);
            var longer = (start + "y".repeat(999) + "\r\nz").getBytes(StandardCharsets.US_ASCII);

            assertThat(WireBody.of(longest).bytes()).isSameAs(longest);
            assertThatThrownBy(() -> WireBody.of(longer)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
