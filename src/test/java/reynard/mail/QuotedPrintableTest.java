package reynard.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// The encoder copies eight octets at a time; beside it stands one that looks at each alone.
@DisplayNameGeneration(ReplaceUnderscores.class)
class QuotedPrintableTest {
    private static final List<String> PIECES = List.of(
            "a", "=", ".", "\n", "\r", "\r\n", " ", "\t", "From ", "F", "é", "日", "😀", "\u0001", "\u007F", "~", "\n.");
    private static final List<String> RUNS =
            List.of("plain words go on ", "x".repeat(8), "y".repeat(73), "z".repeat(76));

    @Test
    void any_text_is_encoded_as_octet_by_octet() {
        var random = new Random(20261128);
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder();
            for (int pieces = random.nextInt(40); pieces > 0; pieces--) {
                var from = random.nextInt(4) == 0 ? RUNS : PIECES;
                text.append(from.get(random.nextInt(from.size())));
            }
            for (int units = random.nextInt(4) == 0 ? random.nextInt(200) : 0; units > 0; units--) {
                text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x180));
            }

            assertThat(encoded(text.toString()))
                    .as("seed 20261128, %d", i)
                    .isEqualTo(octetByOctet(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static String encoded(String text) {
        return new String(new WireBuffer(0).appendQuotedPrintable(text).toBytes(), StandardCharsets.US_ASCII);
    }

    private static String octetByOctet(byte[] body) {
        var out = new StringBuilder();
        int column = 0;
        for (int i = 0; i < body.length; i++) {
            int octet = body[i] & 0xFF;
            if (octet == '\n' || octet == '\r') {
                out.append("\r\n");
                column = 0;
                i += octet == '\r' && i + 1 < body.length && body[i + 1] == '\n' ? 1 : 0;
                continue;
            }
            boolean space = octet == ' ' || octet == '\t';
            boolean literal = space ? !endsLine(body, i + 1) : octet > ' ' && octet <= '~' && octet != '=';
            if (column + (literal ? 1 : 3) > (endsLine(body, i + 1) ? 76 : 75)) {
                out.append("=\r\n");
                column = 0;
            }
            boolean risky = octet == '.'
                    || new String(body, i, Math.min(5, body.length - i), StandardCharsets.ISO_8859_1).equals("From ");
            literal &= column > 0 || !risky;
            out.append(literal ? String.valueOf((char) octet) : "=%02X".formatted(octet));
            column += literal ? 1 : 3;
        }
        return out.toString();
    }

    private static boolean endsLine(byte[] body, int at) {
        return at >= body.length || body[at] == '\n' || body[at] == '\r';
    }
}
