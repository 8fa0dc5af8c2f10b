package reynard.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.LinkId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LinkSealTest {
    private static final AccountId ACCOUNT = new AccountId(3);
    private static final DeliveryId DELIVERY = new DeliveryId(281_474_976_710_655L);
    private static final String URL = "https://shop.example/?reader=reader@example.org";

    private final LinkSeal seal = new LinkSeal(new byte[32]);

    @Test
    void a_token_says_to_us_what_was_put_into_it() {
        assertThat(seal.readOpen(seal.open(ACCOUNT, DELIVERY))).contains(new LinkSeal.Opened(ACCOUNT, DELIVERY));
        assertThat(seal.readLink(seal.link(ACCOUNT, DELIVERY, new LinkId(7))))
                .contains(new LinkSeal.Followed.Kept(ACCOUNT, DELIVERY, new LinkId(7)));
        assertThat(seal.readLink(seal.own(ACCOUNT, DELIVERY, URL)))
                .contains(new LinkSeal.Followed.Own(ACCOUNT, DELIVERY, URL));
    }

    @Test
    void a_token_of_one_kind_is_none_of_another() {
        assertThat(seal.readLink(seal.open(ACCOUNT, DELIVERY))).isEmpty();
        assertThat(seal.readOpen(seal.link(ACCOUNT, DELIVERY, new LinkId(7)))).isEmpty();
    }

    @Test
    void nobody_else_can_read_or_make_one() {
        var other = new LinkSeal("another secret of 32 bytes, or so".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(other.readLink(seal.own(ACCOUNT, DELIVERY, URL))).isEmpty();
        assertThat(new String(
                        Base64.getUrlDecoder().decode(seal.own(ACCOUNT, DELIVERY, URL)),
                        java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("shop", "reader");
    }

    @Test
    void a_token_changed_in_any_place_or_way_is_not_ours() {
        for (var token : new String[] {seal.link(ACCOUNT, DELIVERY, new LinkId(7)), seal.own(ACCOUNT, DELIVERY, URL)}) {
            for (int i = 0; i < token.length(); i++) {
                for (char c : "AB-_z09+/=.".toCharArray()) {
                    if (token.charAt(i) != c) {
                        var changed = token.substring(0, i) + c + token.substring(i + 1);
                        assertThat(seal.readLink(changed)).as(changed).isEmpty();
                    }
                }
                assertThat(seal.readLink(token.substring(0, i))).isEmpty();
            }
            assertThat(seal.readLink(token + "=")).isEmpty();
            assertThat(seal.readLink(token + "A")).isEmpty();
        }
    }

    @Test
    void neighbours_have_nothing_in_common() {
        var heads = new HashSet<String>();
        for (int i = 0; i < 1_000; i++) {
            heads.add(seal.open(ACCOUNT, new DeliveryId(i)).substring(0, 8));
        }

        assertThat(heads).hasSize(1_000);
    }

    @Test
    void a_hundred_thousand_guesses_hit_nothing() {
        var random = new Random(1);
        var bytes = new byte[34];
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(bytes);
            assertThat(seal.readLink(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)))
                    .isEmpty();
        }
    }

    @Test
    void an_id_that_does_not_fit_is_refused_and_not_cut() {
        assertThatThrownBy(() -> seal.open(ACCOUNT, new DeliveryId(1L << 48)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
