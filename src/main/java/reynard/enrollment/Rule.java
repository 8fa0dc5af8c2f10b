package reynard.enrollment;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import reynard.delivery.Rest;
import reynard.sequence.Exclusion;
import reynard.subscriber.Wish;

/// Why an email goes out when it does, or does not: a stable code and the values it was decided by, which are texts,
/// whole numbers and lists of texts; instants are texts in UTC.
public record Rule(String code, Map<String, Object> values) {
    public Rule {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public static Rule of(String code) {
        return new Rule(code, Map.of());
    }

    /// One more value, behind the others.
    public Rule with(String name, Object value) {
        var more = new LinkedHashMap<>(values);
        more.put(name, value instanceof Instant at ? at.toString() : value);
        return new Rule(code, more);
    }

    public Rule with(String name, Optional<?> value) {
        return value.isPresent() ? with(name, value.get()) : this;
    }

    /// An exclusion of the sequence that a subscriber falls under.
    ///
    /// @param name of the tag, sequence, form or segment
    /// @param since when they got the tag, or came into the sequence or form; a segment cannot tell
    public record Excluded(Exclusion exclusion, String name, Optional<Instant> since) {
        Rule rule() {
            var source = exclusion.source().wireName();
            return Rule.of("excluded_by_" + source)
                    .with(source + "_id", exclusion.id())
                    .with(source + "_name", name)
                    .with("since", since);
        }
    }

    /// Why an email comes later than its author planned it: its reader wants fewer.
    public static Rule resting(Rest rest) {
        return switch (rest.wish()) {
            case Wish.Weekly _ ->
                Rule.of(rest.code()).with("at_most", "one a week").with("last_email_at", rest.lastEmailAt());
            case Wish.Pause(var until) -> Rule.of(rest.code()).with("until", until);
        };
    }

    /// The operator says that the email went out before the database was restored.
    static Rule treatedAsSent(Instant dueAt, Instant until) {
        return Rule.of("treated_as_sent").with("was_due_at", dueAt).with("until", until);
    }

    static Rule tooLate(Instant dueAt, int hours) {
        return Rule.of("too_late").with("was_due_at", dueAt).with("skip_if_later_than_hours", hours);
    }
}
