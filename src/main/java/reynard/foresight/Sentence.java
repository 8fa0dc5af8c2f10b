package reynard.foresight;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import reynard.enrollment.Rule;

/// Says an answer in English.
///
/// @param moment how the moments of a rule are written; they come as texts in UTC
record Sentence(UnaryOperator<String> moment) {
    private static final Set<String> MOMENTS = Set.of("would_be", "was_due_at", "counted_from", "since", "until", "at");

    static String of(Why.Line line) {
        var because = new Sentence(UnaryOperator.identity()).because(line.rule());
        return verdict(line) + (because.isEmpty() ? "" : ": " + because) + ".";
    }

    private static String verdict(Why.Line line) {
        var name = "“" + line.email().settings().subject() + "”";
        var at = line.at().map(Sentence::time).orElse("");
        return switch (line.verdict()) {
            case SENT -> name + " was sent on " + at;
            case WILL_SEND -> name + " goes out on " + at;
            case SKIPPED -> name + " was skipped on " + at;
            case WILL_SKIP -> name + " will be skipped on " + at;
            case WAITING -> name + " has no date yet";
            case NEVER -> name + " will not be sent";
            case FAILED -> name + " failed on " + at;
            case HELD -> name + " is held until someone decides";
            case UNCERTAIN -> name + " may or may not have arrived";
        };
    }

    String because(Rule rule) {
        return switch (rule.code()) {
            case "due" -> "";
            case "at_once" -> "the first email goes at once";
            case "delay" -> counted(rule);
            case "not_a_send_day" ->
                "it would have been due on " + value(rule, "would_be") + ", and it goes only on " + days(rule);
            case "overdue" -> "it was due on " + value(rule, "was_due_at") + " and is caught up with";
            case "reader_wants_fewer" -> "the reader has asked for at most " + value(rule, "at_most");
            case "reader_pauses" -> "the reader has asked for no email before " + value(rule, "until");
            case "kept_date" -> "it keeps the date that it had before the last edit";
            case "queued" -> "it is on its way";
            case "deferred" -> "the receiver put it off, so it is tried again";
            case "excluded_by_tag" -> "the reader has the tag " + value(rule, "tag_name") + since(rule);
            case "excluded_by_sequence" ->
                "the reader is or was in the sequence " + value(rule, "sequence_name") + since(rule);
            case "excluded_by_form" -> "the reader is in the form " + value(rule, "form_name") + since(rule);
            case "excluded_by_segment" -> "the reader is in the segment " + value(rule, "segment_name");
            case "treated_as_sent" ->
                "the operator has said that all which was due until " + value(rule, "until") + " had been sent";
            case "left_by_hand" -> "somebody has decided to leave it as it was";
            case "too_late" -> "it was due on " + value(rule, "was_due_at") + ", which is too long ago";
            case "draft" -> "it is a draft";
            case "before_their_place" -> "the reader has come past its place";
            case "not_in_sequence" -> "the reader is not in the sequence";
            case "not_confirmed" -> "the reader has not confirmed" + since(rule);
            case "sequence_paused" -> "the sequence is paused" + since(rule);
            case "sending_paused" -> "all sending waits for the operator" + since(rule);
            case "no_postal_address" -> "the account has no postal address, without which its mail may not go out";
            case "no_send_day" -> "there is no day on which it may go";
            case "behind_a_held_email" -> "an email before it is held";
            case "unsubscribed", "bounced", "complained" -> "the reader has " + rule.code() + at(rule);
            case "removed_from_sequence" -> "the reader was taken out of the sequence" + at(rule);
            case "completed" -> "the reader has come to the end of the sequence" + at(rule);
            default -> rule.code().replace('_', ' ');
        };
    }

    private String counted(Rule rule) {
        var count = value(rule, "delay_value");
        var unit = value(rule, "delay_unit");
        return count + " " + (count.equals("1") ? unit.replaceFirst("s$", "") : unit) + " from "
                + value(rule, "counted_from");
    }

    private String since(Rule rule) {
        return rule.values().containsKey("since") ? " since " + value(rule, "since") : "";
    }

    private String at(Rule rule) {
        return rule.values().containsKey("at") ? " on " + value(rule, "at") : "";
    }

    private String value(Rule rule, String name) {
        var value = rule.values().get(name);
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
        var text = String.valueOf(value);
        return value != null && MOMENTS.contains(name) ? moment.apply(text) : text;
    }

    /// `Monday, Thursday and Friday`.
    private static String days(Rule rule) {
        var days = rule.values().get("send_days") instanceof List<?> list
                ? list.stream().map(String::valueOf).map(Sentence::capitalised).toList()
                : List.<String>of();
        return days.size() < 2
                ? String.join("", days)
                : String.join(", ", days.subList(0, days.size() - 1)) + " and " + days.getLast();
    }

    private static String capitalised(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
