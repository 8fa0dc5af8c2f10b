package reynard.segment;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import reynard.id.BroadcastId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.LinkId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.subscriber.SubscriberState;

/// One thing that is true or false of a subscriber at a moment. Texts are compared without case.
public sealed interface Condition {
    record HasTag(TagId tag) implements Condition {}

    /// Came by this form.
    record InForm(FormId form) implements Condition {}

    /// Is or was in this sequence.
    record InSequence(SequenceId sequence) implements Condition {}

    /// The field's value is this one.
    record FieldIs(CustomFieldId field, String value) implements Condition {}

    /// The field has another value or none.
    record FieldIsNot(CustomFieldId field, String value) implements Condition {}

    record FieldContains(CustomFieldId field, String part) implements Condition {}

    record FieldHasValue(CustomFieldId field) implements Condition {}

    record StateIs(SubscriberState state) implements Condition {}

    /// Created in this time; both ends are exclusive, and at least one is there.
    record Subscribed(Optional<Instant> after, Optional<Instant> before) implements Condition {
        public Subscribed {
            if (after.isEmpty() && before.isEmpty()) {
                throw new IllegalArgumentException("subscribed needs after or before");
            }
        }
    }

    record EmailContains(String part) implements Condition {}

    /// The field's value is exactly this one, case and all.
    record FieldEquals(CustomFieldId field, String value) implements Condition {}

    /// The field's value is a number and compares so; one that is no number does not match.
    record FieldCompares(CustomFieldId field, Comparison comparison, BigDecimal number) implements Condition {}

    enum Comparison {
        GREATER_THAN(">"),
        GREATER_THAN_OR_EQUAL(">="),
        LESS_THAN("<"),
        LESS_THAN_OR_EQUAL("<=");

        private final String operator;

        Comparison(String operator) {
            this.operator = operator;
        }

        String operator() {
            return operator;
        }

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The sign-up that brought them here was one of these forms.
    record CameByForm(List<FormId> forms) implements Condition {
        public CameByForm {
            forms = List.copyOf(forms);
        }
    }

    /// The sign-up that brought them here is like this in everything that is given.
    record CameFrom(
            Optional<String> sourceType,
            List<Long> sourceIds,
            List<String> sourceNames,
            Optional<String> mechanism,
            List<Long> mechanismIds)
            implements Condition {
        public CameFrom {
            sourceIds = List.copyOf(sourceIds);
            sourceNames = List.copyOf(sourceNames);
            mechanismIds = List.copyOf(mechanismIds);
        }
    }

    /// Lives inside the box around a circle.
    ///
    /// @param latitude degrees, as is the longitude
    /// @param radius miles
    record Near(double latitude, double longitude, double radius) implements Condition {}

    /// Did something with emails, or was sent some, this often in this time.
    ///
    /// @param everyEmailOnce ten opens of one email count once
    /// @param any of which emails and links; empty for all
    record Engaged(
            Engagement kind,
            boolean everyEmailOnce,
            Count count,
            Optional<Instant> after,
            Optional<Instant> before,
            List<About> any)
            implements Condition {
        public Engaged {
            any = List.copyOf(any);
        }
    }

    enum Engagement {
        OPENS,
        CLICKS,
        SENT,
        DELIVERED;

        static final List<String> NAMES =
                Arrays.stream(values()).map(Engagement::wireName).toList();

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Both ends inclusive.
    record Count(long min, OptionalLong max) {
        static final Count ONCE = new Count(1, OptionalLong.empty());
    }

    /// What an engagement is about.
    sealed interface About {
        record Broadcasts(List<BroadcastId> broadcasts) implements About {
            public Broadcasts {
                broadcasts = List.copyOf(broadcasts);
            }
        }

        record Links(List<LinkId> links) implements About {
            public Links {
                links = List.copyOf(links);
            }
        }

        record Urls(List<String> urls, Matching matching) implements About {
            public Urls {
                urls = List.copyOf(urls);
            }
        }
    }

    /// How an address is compared with a pattern.
    enum Matching {
        EXACT,
        CONTAINS,
        STARTS_WITH,
        ENDS_WITH;

        static final List<String> NAMES =
                Arrays.stream(values()).map(Matching::wireName).toList();

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Matches another filter.
    record Matches(Filter filter) implements Condition {}
}
