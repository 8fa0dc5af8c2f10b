package reynard.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReturnPathTest {
    private static final ReturnPath PATH = new ReturnPath(new byte[32], Optional.of("bounce.example.com"), false);
    private static final String ACCOUNT = "Zv0-x_9aQ2mPq7rT1sUvWg";
    private static final String DELIVERY = "aB3-_dE5fG7hI9jK1lM3nA";

    private static String token(byte[] bytes) {
        return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Test
    void each_delivery_has_an_address_of_its_own_that_fits() {
        var sender = PATH.sender(ACCOUNT, DELIVERY).orElseThrow();

        assertThat(sender.value()).matches("b\\+[a-z2-7]{55}@bounce\\.example\\.com");
        assertThat(sender.localPart().length()).isLessThanOrEqualTo(64);
        assertThat(PATH.sender(ACCOUNT, DELIVERY)).contains(sender);
        assertThat(PATH.sender(ACCOUNT, ACCOUNT)).isNotEqualTo(Optional.of(sender));
    }

    @Property(tries = 200)
    void an_address_says_whose_delivery_it_is(@ForAll @Size(16) byte[] account, @ForAll @Size(16) byte[] delivery) {
        var address = PATH.sender(token(account), token(delivery)).orElseThrow().value();
        var read = PATH.read(address.toUpperCase(Locale.ROOT)).orElseThrow();

        assertThat(read.deliveryToken()).isEqualTo(token(delivery));
        assertThat(token(account)).startsWith(read.accountStart());
        assertThat(ReturnPath.accountStart(token(account))).isEqualTo(read.accountStart());
        assertThat(PATH.isGenuine(read, token(account))).isTrue();
    }

    @Test
    void an_address_that_somebody_else_made_is_not_ours() {
        var forger = new ReturnPath(new byte[] {1}, Optional.of("bounce.example.com"), false);
        var read = PATH.read(forger.sender(ACCOUNT, DELIVERY).orElseThrow().value())
                .orElseThrow();

        assertThat(PATH.isGenuine(read, ACCOUNT)).isFalse();
    }

    @Test
    void a_changed_character_is_found_wherever_it_is() {
        var address = PATH.sender(ACCOUNT, DELIVERY).orElseThrow().value();
        // The last character carries padding bits that say nothing.
        for (int i = 2; i < 56; i++) {
            var changed = new StringBuilder(address);
            changed.setCharAt(i, address.charAt(i) == 'a' ? 'b' : 'a');
            var read = PATH.read(changed.toString()).orElseThrow();
            assertThat(PATH.isGenuine(read, ACCOUNT) && ACCOUNT.startsWith(read.accountStart()))
                    .as(changed.toString())
                    .isFalse();
        }
    }

    @Test
    void what_has_another_form_is_not_read() {
        assertThat(PATH.read("author@example.com")).isEmpty();
        assertThat(PATH.read("b+short@bounce.example.com")).isEmpty();
        assertThat(PATH.read("")).isEmpty();
        assertThat(PATH.read("b+" + "1".repeat(55) + "@bounce.example.com")).isEmpty();
    }

    @Test
    void without_a_bounce_domain_there_is_no_address() {
        assertThat(new ReturnPath(new byte[32], Optional.empty(), false).sender(ACCOUNT, DELIVERY))
                .isEmpty();
    }
}
