package reynard.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class UtmParametersTest {
    private static final UtmParameters NONE =
            new UtmParameters(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    @Test
    void the_five_parameters_are_read_from_the_query() {
        assertThat(UtmParameters.of("https://mywebsite.com/bfpromo/?utm_source=facebook&utm_medium=cpc"
                        + "&utm_campaign=black_friday&utm_term=car_owners&utm_content=get_10_off"))
                .isEqualTo(new UtmParameters(
                        Optional.of("facebook"),
                        Optional.of("cpc"),
                        Optional.of("black_friday"),
                        Optional.of("car_owners"),
                        Optional.of("get_10_off")));
    }

    @Test
    void values_are_decoded_and_the_first_of_two_counts() {
        var utm = UtmParameters.of("/?x=1&utm_source=a%20b+c%C3%A9&utm_source=d&utm_term=100%");

        assertThat(utm.source()).contains("a b cé");
        assertThat(utm.term()).contains("100%");
    }

    @Test
    void an_address_without_them_has_none() {
        assertThat(UtmParameters.of("")).isEqualTo(NONE);
        assertThat(UtmParameters.of("utm_source=a")).isEqualTo(NONE);
        assertThat(UtmParameters.of("https://example.org/#?utm_source=a")).isEqualTo(NONE);
        assertThat(UtmParameters.of("https://example.org/?utm_source=&utm_medium&=x&&"))
                .isEqualTo(NONE);
    }
}
