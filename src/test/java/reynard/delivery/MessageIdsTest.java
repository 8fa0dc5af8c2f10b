package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.id.DeliveryId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MessageIdsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 35, 36, 3_000_000_001L, Long.MAX_VALUE})
    void a_message_id_names_its_delivery_and_fits_into_a_boundary(long id) {
        var messageId = MessageIds.next(new DeliveryId(id));

        assertThat(MessageIds.delivery(messageId)).contains(new DeliveryId(id));
        assertThat(messageId).matches("[0-9a-z]{13}[A-Za-z0-9_-]{16}");
    }

    @Test
    void two_of_one_delivery_differ() {
        assertThat(MessageIds.next(new DeliveryId(7))).isNotEqualTo(MessageIds.next(new DeliveryId(7)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0000000000001", "00000000-0001abcdefghijklmnop", "ééééééééééééééééé"})
    void what_is_none_of_ours_names_nothing(String messageId) {
        assertThat(MessageIds.delivery(messageId)).isEmpty();
    }
}
