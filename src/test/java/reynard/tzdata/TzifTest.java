package reynard.tzdata;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TzifTest {
    private static final long JANUARY_2020 =
            Instant.parse("2020-01-01T00:00:00Z").getEpochSecond();

    /// The change in 2031 at which the named local time begins or ends, by the rule of the footer.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CET-1CEST,M3.5.0,M10.5.0/3                     | 3600  | 2031-03-30T01:00:00Z | 2031-10-26T01:00:00Z
            EST5EDT,M3.2.0,M11.1.0                         | -18000| 2031-03-09T07:00:00Z | 2031-11-02T06:00:00Z
            IST-2IDT,M3.4.4/26,M10.5.0                     | 7200  | 2031-03-28T00:00:00Z | 2031-10-25T23:00:00Z
            <-02>2<-01>,M3.5.0/-1,M10.5.0/0                | -7200 | 2031-03-30T01:00:00Z | 2031-10-26T01:00:00Z
            EET-2EEST,M4.5.5/0,M10.5.4/24                  | 7200  | 2031-04-24T22:00:00Z | 2031-10-30T21:00:00Z
            EET-2EEST,M3.4.4/50,M10.4.4/50                 | 7200  | 2031-03-29T00:00:00Z | 2031-10-24T23:00:00Z
            <-04>4<-03>,M9.1.6/24,M4.1.6/24                | -14400| 2031-09-07T04:00:00Z | 2031-04-06T03:00:00Z
            <+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45   | 45900 | 2031-09-27T14:00:00Z | 2031-04-05T14:00:00Z
            <+00>0<+02>-2,M3.5.0/1,M10.5.0/3               | 0     | 2031-03-30T01:00:00Z | 2031-10-26T01:00:00Z
            IST-1GMT0,M10.5.0,M3.5.0/1                     | 3600  | 2031-10-26T01:00:00Z | 2031-03-30T01:00:00Z
            """)
    void the_footer_s_rule_goes_on_after_the_last_change(String footer, int offset, Instant start, Instant end) {
        var rules = Tzif.rules(Compiled.zone('3', footer, new long[] {JANUARY_2020}, new int[] {0x100, offset}));

        for (var change : new Instant[] {start, end}) {
            assertThat(rules.nextTransition(change.minusSeconds(86_400)).getInstant())
                    .isEqualTo(change);
        }
        assertThat(rules.getTransitionRules()).hasSize(2);
    }

    @Test
    void changes_take_effect_at_their_second() {
        var rules = Tzif.rules(Compiled.zone('2', "<+05>-5", new long[] {JANUARY_2020}, new int[] {3_600, 18_000}));

        assertThat(rules.getOffset(Instant.ofEpochSecond(JANUARY_2020 - 1))).isEqualTo(ZoneOffset.ofHours(1));
        assertThat(rules.getOffset(Instant.ofEpochSecond(JANUARY_2020))).isEqualTo(ZoneOffset.ofHours(5));
        assertThat(rules.getValidOffsets(LocalDateTime.parse("2020-01-01T03:00:00")))
                .isEmpty();
        assertThat(rules.getOffset(Instant.parse("2200-01-01T00:00:00Z"))).isEqualTo(ZoneOffset.ofHours(5));
    }

    @Test
    void a_change_of_name_alone_is_no_change() {
        var rules = Tzif.rules(Compiled.zone('2', "UTC0", new long[] {JANUARY_2020}, new int[] {0, 0}));

        assertThat(rules.isFixedOffset()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "CET",
                "CET-1CEST",
                "CET-1CEST,M3.5.0",
                "CET-1CEST,J60,J300",
                "CET-1CEST,59,299",
                "CET-1CEST,M2.5.0,M10.5.0",
                "CET-1CEST,M3.1.0/-1,M10.5.0",
                "CET-1CEST,M3.5.0/168,M10.5.0",
                "CET-1CEST,M13.5.0,M10.5.0",
                "CET-1CEST,M3.6.0,M10.5.0"
            })
    void a_footer_that_is_not_understood_is_refused(String footer) {
        assertThatThrownBy(
                        () -> Tzif.rules(Compiled.zone('3', footer, new long[] {JANUARY_2020}, new int[] {0, 3_600})))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void old_and_ambiguous_files_are_refused() {
        assertThatThrownBy(() -> Tzif.rules(Compiled.zone('\0', "UTC0", new long[0], new int[] {0})))
                .hasMessage("TZif version must be 2 or newer: 0");
        assertThatThrownBy(() -> Tzif.rules(Compiled.zone("CET-1CEST,M3.5.0,M10.5.0/3", 3_600)))
                .hasMessage("a yearly rule must follow a change: CET-1CEST,M3.5.0,M10.5.0/3");
        assertThat(Tzif.isTzif("TZif".getBytes(US_ASCII))).isFalse();
    }
}
