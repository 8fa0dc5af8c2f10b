package reynard.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reynard.testing.TestServer.Email;
import reynard.testing.TestServer.Reader;

/// A government moves a zone while people wait. The zone here is that of Edmonton, at -07 in January until a
/// made-up release has it at -05.
class TzdataChangeTest extends Scenario {
    @TempDir
    private Path tzdata;

    private Reader waiting(Email... emails) {
        return server.subscriber(
                "reader@example.org", server.sequence("{'send_hour':9,'time_zone':'America/Edmonton'}", emails));
    }

    /// A release in which Edmonton is at the given offset all year.
    private Path edmontonAt(int hours) throws IOException {
        var file = ByteBuffer.allocate(400);
        header(file, 0, 1);
        file.putInt(0).put((byte) 0).put((byte) 0).put((byte) 0);
        header(file, 0, 1);
        file.putInt(hours * 3_600).put((byte) 0).put((byte) 0).put((byte) 0);
        file.put("\n<%+03d>%d\n".formatted(hours, -hours).getBytes(UTF_8));
        Files.createDirectories(tzdata.resolve("America"));
        Files.write(tzdata.resolve("America/Edmonton"), Arrays.copyOf(file.array(), file.position()));
        Files.writeString(tzdata.resolve("+VERSION"), "2099a\n");
        return tzdata;
    }

    private static void header(ByteBuffer file, int times, int types) {
        file.put("TZif".getBytes(UTF_8)).put((byte) '2').put(new byte[15]);
        file.putInt(0).putInt(0).putInt(0).putInt(times).putInt(types).putInt(1);
    }

    @Test
    void everyone_who_waits_gets_the_date_that_the_new_rules_make() throws IOException {
        var reader = waiting(days("Hello", 3));
        server.advance(ofDays(1));

        try (var next = server.another(edmontonAt(-5))) {
            next.advance(ofDays(9));
        }

        assertThat(reader.mail()).containsExactly(mail("Hello", "08T14:00"));
    }

    @Test
    void a_date_that_the_new_rules_place_in_the_past_is_due_at_once_and_not_a_day_later() throws IOException {
        var reader = waiting(days("Hello", 1));
        advanceTo("06T15:30");
        assertThat(reader.mail()).isEmpty();

        try (var next = server.another(edmontonAt(-5))) {
            next.settle();
        }

        assertThat(reader.mail()).containsExactly(mail("Hello", "06T15:30"));
    }

    @Test
    void emails_in_hours_and_those_sent_stay_as_they_are() throws IOException {
        var reader = waiting(hours("One", 2), hours("Two", 50));
        server.advance(ofDays(1));

        try (var next = server.another(edmontonAt(-5))) {
            next.advance(ofDays(9));
        }

        assertThat(reader.mail()).containsExactly(mail("One", "05T14:00"), mail("Two", "07T16:00"));
    }

    @Test
    void people_of_a_paused_sequence_go_by_the_new_rules_when_it_resumes() throws IOException {
        var sequence = server.sequence("{'send_hour':9,'time_zone':'America/Edmonton'}", days("Hello", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'active':false}");
        server.advance(ofDays(1));

        try (var next = server.another(edmontonAt(-5))) {
            next.put(sequence.path(), "{\"active\":true}");
            next.advance(ofDays(9));
        }

        assertThat(reader.mail()).containsExactly(mail("Hello", "08T14:00"));
    }

    @Test
    void whom_an_edit_had_put_off_keeps_that_day_and_gets_its_new_hour() throws IOException {
        var sequence = server.sequence("{'send_hour':12,'time_zone':'America/Edmonton'}", days("Hello", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        // Nine in Edmonton is sixteen in UTC and past: the edit puts it off to the next day.
        advanceTo("06T17:00");
        sequence.change("{'send_hour':9}");
        server.settle();

        try (var next = server.another(edmontonAt(-5))) {
            next.settle();
            assertThat(reader.mail()).isEmpty();
            next.advance(ofDays(9));
        }

        assertThat(reader.mail()).containsExactly(mail("Hello", "07T14:00"));
    }
}
