package reynard.tzdata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.schedule.Delay;
import reynard.schedule.Due;
import reynard.schedule.DueTime;
import reynard.schedule.DueVector;
import reynard.schedule.SendDays;
import reynard.schedule.SendWindow;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TzDataTest {
    private static final TzData SHIPPED = TzData.shipped();

    @Test
    void nine_in_vancouver_in_december_2026_is_sixteen_in_utc_whatever_the_jdk_has() {
        // British Columbia stays at -07 since March 2026 (tz 2026b).
        assertThat(nineOn("2026-11-30", "America/Vancouver")).isEqualTo("2026-12-01T16:00:00Z");
    }

    @Test
    void the_changes_of_2026_are_in_the_shipped_data() {
        assertThat(SHIPPED.version()).isGreaterThanOrEqualTo("2026f");
        assertThat(nineOn("2026-11-30", "America/Edmonton")).isEqualTo("2026-12-01T15:00:00Z");
        assertThat(nineOn("2026-11-30", "America/Yellowknife")).isEqualTo("2026-12-01T15:00:00Z");
        assertThat(nineOn("2026-11-30", "America/Winnipeg")).isEqualTo("2026-12-01T14:00:00Z");
        assertThat(nineOn("2026-11-30", "America/Havana")).isEqualTo("2026-12-01T13:00:00Z");
        assertThat(nineOn("2027-11-30", "America/Havana")).isEqualTo("2027-12-01T14:00:00Z");
        assertThat(nineOn("2026-11-30", "Africa/Casablanca")).isEqualTo("2026-12-01T09:00:00Z");
    }

    @ParameterizedTest
    @MethodSource("reynard.schedule.DueVector#all")
    void the_table_of_due_times_holds(DueVector vector) {
        assertThat(vector.computed(name -> SHIPPED.find(name).orElseThrow())).isEqualTo(new Due.At(vector.due()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "America/New_York",
                "US/Pacific",
                "EST5EDT",
                "EST",
                "UTC",
                "Etc/UTC",
                "GMT",
                "GMT0",
                "Etc/GMT+5",
                "Zulu",
                "Asia/Calcutta",
                "America/Argentina/Buenos_Aires",
                "America/Coyhaique",
                "Europe/Kyiv",
                "Europe/Kiev"
            })
    void canonical_and_backward_names_pass(String name) {
        assertThat(SHIPPED.find(name))
                .hasValueSatisfying(zone -> assertThat(zone.name()).isEqualTo(name));
        assertThat(TzData.jdk().names()).contains(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Mars/Olympus",
                "utc",
                "america/new_york",
                "+02:00",
                "UTC+2",
                "GMT+2",
                "Z",
                "EDT",
                "PST",
                "Factory",
                "localtime",
                "posixrules",
                "posix/Europe/London",
                "right/Europe/London",
                "Europe",
                "Europe/",
                "../zoneinfo/UTC",
                "/etc/localtime",
                "Europe/London ",
                "+VERSION",
                "tzdata.zi",
                "leapseconds"
            })
    void other_names_are_unknown_in_every_source(String name) {
        assertThat(SHIPPED.find(name)).isEmpty();
        assertThat(TzData.jdk().find(name)).isEmpty();
        assertThat(TzData.newest(Optional.empty()).find(name)).isEmpty();
        assertThat(SHIPPED.names()).doesNotContain(name);
    }

    @Test
    void every_name_is_a_zone_and_the_names_are_sorted() {
        assertThat(SHIPPED.names())
                .isSorted()
                .hasSizeGreaterThan(590)
                .allSatisfy(name -> assertThat(SHIPPED.find(name)).isPresent());
    }

    @Test
    void a_backward_name_means_the_zone_it_once_named() {
        assertThat(SHIPPED.find("US/Pacific").orElseThrow().rules())
                .isEqualTo(SHIPPED.find("America/Los_Angeles").orElseThrow().rules());
    }

    @Test
    void the_newest_is_at_least_as_new_as_the_shipped_and_the_jdk_s() {
        var newest = TzData.newest(Optional.empty());

        assertThat(newest.version())
                .isGreaterThanOrEqualTo(SHIPPED.version())
                .isGreaterThanOrEqualTo(TzData.jdk().version());
        assertThat(newest.source()).isIn("shipped", "JDK", "operating system");
        assertThat(SHIPPED.source()).isEqualTo("shipped");
        assertThat(TzData.jdk().source()).isEqualTo("JDK");
        assertThat(TzData.jdk().version()).matches("\\d{4}[a-z]");
    }

    @Test
    void a_named_directory_wins_if_it_is_as_new_or_newer(@TempDir Path directory) throws IOException {
        Files.write(directory.resolve("+VERSION"), "2099a\n".getBytes(UTF_8));
        Files.createDirectories(directory.resolve("Europe"));
        Files.write(directory.resolve("Europe/London"), Compiled.zone("<+03>-3", 3 * 3_600));
        Files.write(directory.resolve("Europe/London.txt"), "no zone".getBytes(UTF_8));
        Files.write(directory.resolve("README"), "no zone".getBytes(UTF_8));

        var data = TzData.newest(Optional.of(directory));

        assertThat(data.version()).isEqualTo("2099a");
        assertThat(data.source()).isEqualTo(directory.toString());
        assertThat(data.find("Europe/London").orElseThrow().rules().getOffset(Instant.EPOCH))
                .isEqualTo(ZoneOffset.ofHours(3));
        // The backward names of London, which the directory lacks, follow it; what else it lacks is the shipped data's.
        assertThat(data.find("GB").orElseThrow().rules())
                .isEqualTo(data.find("Europe/London").orElseThrow().rules());
        assertThat(data.find("America/Vancouver")).isEqualTo(SHIPPED.find("America/Vancouver"));
        assertThat(data.names()).isEqualTo(SHIPPED.names());

        Files.write(directory.resolve("+VERSION"), SHIPPED.version().getBytes(UTF_8));
        assertThat(TzData.newest(Optional.of(directory)).source()).isEqualTo(directory.toString());
    }

    @Test
    void an_older_directory_loses(@TempDir Path directory) throws IOException {
        Files.write(directory.resolve("tzdata.zi"), "# version 2020a\n# more\n".getBytes(UTF_8));

        assertThat(TzData.of(directory).version()).isEqualTo("2020a");
        assertThat(TzData.newest(Optional.of(directory)).source()).isNotEqualTo(directory.toString());
    }

    @Test
    void a_directory_without_a_version_is_refused(@TempDir Path directory) {
        assertThatThrownBy(() -> TzData.newest(Optional.of(directory)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tz data needs a version in tzdata.zi or +VERSION, such as 2026f: " + directory);
        assertThatThrownBy(() -> TzData.newest(Optional.of(directory.resolve("nowhere"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_damaged_zone_is_named_and_never_replaced_by_another(@TempDir Path directory) throws IOException {
        var good = Compiled.zone("<+03>-3", 3 * 3_600);
        Files.write(directory.resolve("+VERSION"), "2099a".getBytes(UTF_8));
        Files.write(directory.resolve("UTC"), Arrays.copyOf(good, good.length / 2));

        assertThatThrownBy(() -> TzData.of(directory).find("UTC"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("tz data 2099a (" + directory + "): zone UTC");
    }

    @Test
    void many_threads_that_ask_for_a_zone_get_the_same_one() {
        var data = TzData.shipped();

        assertThat(IntStream.range(0, 1_000)
                        .parallel()
                        .mapToObj(_ -> data.find("Asia/Tokyo").orElseThrow())
                        .map(System::identityHashCode)
                        .distinct())
                .hasSize(1);
    }

    private static String nineOn(String dayBefore, String name) {
        var window = new SendWindow(SendDays.ALL, 9, SHIPPED.find(name).orElseThrow());
        var due = DueTime.after(Instant.parse(dayBefore + "T20:00:00Z"), new Delay.Days(1), window);
        return ((Due.At) due).at().toString();
    }
}
