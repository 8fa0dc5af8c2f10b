package reynard.ui.sequence;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reynard.foresight.Impact;
import reynard.foresight.Impact.Policy;
import reynard.ui.Frame;
import reynard.ui.Local;
import reynard.ui.Words;

/// What an author is asked before an edit that people inside notice.
///
/// @param back where nothing is done
/// @param fields of the form that led here, to be sent again with the answer
/// @param danger whether the edit cannot be taken back
public record Question(
        Frame frame,
        String sequence,
        String back,
        String action,
        Map<String, List<String>> fields,
        long inside,
        List<Choice> choices,
        String button,
        boolean danger) {
    public Question {
        fields = Map.copyOf(fields);
        choices = List.copyOf(choices);
    }

    /// One way to treat those inside, and what it does to them.
    public record Choice(String policy, String label, String explanation, List<String> effects) {
        public Choice {
            effects = List.copyOf(effects);
        }
    }

    /// Whether anybody inside notices.
    static boolean touches(Impact.Effect effect) {
        return effect.redated() > 0
                || effect.mailedAtOnce() > 0
                || effect.startWaiting() > 0
                || effect.stopWaiting() > 0
                || effect.loseEmail() > 0
                || effect.gainEmail() > 0;
    }

    static Choice choice(Policy policy, boolean resuming, Impact.Effect effect, Local local) {
        var effects = effects(effect, local);
        return switch (policy) {
            case NEXT_SLOT ->
                resuming
                        ? new Choice(
                                "next_slot",
                                "Catch up as the sequence is set to",
                                "What fell due during the pause goes out the way the settings say.",
                                effects)
                        : new Choice(
                                "next_slot",
                                "Give everyone the new dates",
                                "Whoever would be overdue waits for the next send hour of an allowed day.",
                                effects);
            case NOW ->
                new Choice(
                        "now",
                        resuming ? "Send what is overdue at once" : "Give everyone the new dates, overdue ones at once",
                        "Whoever would be overdue is mailed right away, at any hour.",
                        effects);
            case NEW_JOINERS_ONLY ->
                new Choice(
                        "new_joiners_only",
                        "Leave everyone’s next date alone",
                        "Those inside keep the date of their next email; the change counts from there on.",
                        effects);
        };
    }

    private static List<String> effects(Impact.Effect effect, Local local) {
        var lines = new ArrayList<String>();
        add(lines, effect.mailedAtOnce(), "is mailed at once", "are mailed at once");
        if (effect.redated() > 0) {
            lines.add(Words.count(effect.redated(), "person")
                    + (effect.redated() == 1 ? " gets" : " get")
                    + " another date for the next email: " + span(effect.before(), local) + " becomes "
                    + span(effect.after(), local));
        }
        add(lines, effect.startWaiting(), "gets a date for a next email", "get a date for a next email");
        add(lines, effect.stopWaiting(), "stands still: nothing goes to them", "stand still: nothing goes to them");
        add(
                lines,
                effect.loseEmail(),
                "does not get an email that they would have got",
                "do not get an email that they would have got");
        add(
                lines,
                effect.gainEmail(),
                "gets an email that they would not have got",
                "get an email that they would not have got");
        add(lines, effect.finish(), "comes to the end of the sequence", "come to the end of the sequence");
        if (lines.isEmpty()) {
            lines.add("Nobody inside notices it");
        }
        return lines;
    }

    private static void add(List<String> lines, long people, String one, String many) {
        if (people > 0) {
            lines.add(Words.count(people, "person") + " " + (people == 1 ? one : many));
        }
    }

    private static String span(Impact.Span span, Local local) {
        var earliest = span.earliest();
        var latest = span.latest();
        if (earliest == null || latest == null) {
            return "no date";
        }
        var from = local.moment(earliest);
        var to = local.moment(latest);
        return from.equals(to) ? from : from + " to " + to;
    }
}
