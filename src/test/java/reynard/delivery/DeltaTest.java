package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeltaTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String letter(String name, String token) {
        var text = new StringBuilder("To: " + name + " <" + name + "@example.org>\r\nSubject: A letter\r\n\r\n");
        for (int i = 0; i < 60; i++) {
            text.append("Line ").append(i).append(" of what everybody reads, word for word and day for day.\r\n");
            if (i % 20 == 7) {
                text.append("Read on, ")
                        .append(name)
                        .append(": https://mail.example.com/c/")
                        .append(token)
                        .append("\r\n");
            }
        }
        return text.toString();
    }

    @Test
    void a_letter_is_kept_as_what_tells_it_from_another() {
        var source = new Delta.Source(bytes(letter("Nobody", "AAAAAAAAAAAAAAAAAAAAAA")));
        var letter = bytes(letter("Mei-Lin", "x8Wq0dHt2kLrVb5nZcYs1A"));

        var delta = source.delta(letter);

        assertThat(Delta.apply(source.bytes(), delta)).isEqualTo(letter);
        assertThat(delta.length).isLessThan(letter.length / 8);
    }

    @Test
    void whatever_the_two_are_the_message_comes_back_octet_for_octet() {
        for (long seed = 0; seed < 3_000; seed++) {
            var random = new SplittableRandom(seed);
            var source = new Delta.Source(some(random, new byte[0]));
            var message = some(random, source.bytes());

            assertThat(Delta.apply(source.bytes(), source.delta(message)))
                    .as("seed " + seed)
                    .isEqualTo(message);
        }
    }

    /// Stretches of another message, and octets of a few kinds, so that much repeats itself.
    private static byte[] some(SplittableRandom random, byte[] other) {
        var out = new java.io.ByteArrayOutputStream();
        int parts = random.nextInt(12);
        for (int part = 0; part < parts; part++) {
            if (other.length > 0 && random.nextInt(3) > 0) {
                int from = random.nextInt(other.length);
                out.write(other, from, random.nextInt(other.length - from) + 1);
            } else {
                for (int i = random.nextInt(80); i > 0; i--) {
                    out.write(random.nextInt(5) == 0 ? '\n' : random.nextInt(40) == 0 ? random.nextInt(256) : 'a');
                }
            }
        }
        return out.toByteArray();
    }

    @Test
    void what_is_no_delta_of_a_source_is_refused() {
        var letter = bytes(letter("Mei", "x"));
        var delta = new Delta.Source(bytes(letter("Nobody", "y"))).delta(letter);

        assertThatThrownBy(() -> Delta.apply(bytes("short"), delta)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Delta.apply(letter, new byte[] {(byte) 0x85}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
