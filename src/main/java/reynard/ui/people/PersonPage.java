package reynard.ui.people;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// One person: who they are, and what they got, get and do not get.
///
/// @param since when the state began
/// @param mayLeave whether there is something to unsubscribe from
/// @param walks one for each sequence that they are or were in
/// @param sequences that they can be added to
/// @param tags that they do not wear yet
public record PersonPage(
        Frame frame,
        long id,
        String email,
        String name,
        Standing standing,
        String since,
        String joined,
        String origin,
        String zone,
        boolean mayLeave,
        Form form,
        List<Option> fields,
        List<Option> worn,
        List<Option> tags,
        List<Walk> walks,
        List<Option> sequences) {
    public PersonPage {
        fields = List.copyOf(fields);
        worn = List.copyOf(worn);
        tags = List.copyOf(tags);
        walks = List.copyOf(walks);
        sequences = List.copyOf(sequences);
    }

    /// @param where they stand, in a sentence
    /// @param zone whose clocks its dates are on
    /// @param inside whether they can be taken out
    /// @param again whether they can start over
    public record Walk(
            long sequence,
            String name,
            String run,
            String where,
            String zone,
            boolean inside,
            boolean again,
            List<Line> lines) {
        public Walk {
            lines = List.copyOf(lines);
        }
    }

    /// One email of a sequence.
    ///
    /// @param verdict such as `Goes out`
    /// @param date of it; empty while there is none
    /// @param why a sentence
    public record Line(
            long email, String subject, String verdict, String tone, String date, String exact, String why) {}
}
