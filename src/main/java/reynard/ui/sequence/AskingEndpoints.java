package reynard.ui.sequence;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.foresight.Edits;
import reynard.foresight.Edits.Outcome;
import reynard.foresight.Impact.Policy;
import reynard.http.Reply;
import reynard.id.SequenceId;
import reynard.sequence.Sequence;
import reynard.sequence.Sequences.EmailEdit;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;

/// Makes an edit that nobody inside notices, and asks first about one that somebody does: what it would do under each
/// policy, by the same judgement that sends.
final class AskingEndpoints {
    private final Database database;

    AskingEndpoints(Database database) {
        this.database = database;
    }

    /// What is about to be done.
    ///
    /// @param title such as `Move “Tips” up`
    /// @param action where the form is sent
    /// @param always whether to ask even if nobody inside notices
    record Wish(
            String title,
            String sequence,
            String zone,
            String back,
            String action,
            String button,
            List<Policy> policies,
            boolean resuming,
            boolean always) {
        static final List<Policy> ALL = List.of(Policy.NEXT_SLOT, Policy.NEW_JOINERS_ONLY, Policy.NOW);

        /// @param action within the sequence, such as `/order`
        static Wish of(Sequence sequence, String title, String action, String button, boolean always) {
            return new Wish(
                    title,
                    sequence.settings().name(),
                    sequence.settings().timeZone(),
                    home(sequence.id()),
                    home(sequence.id()) + action,
                    button,
                    ALL,
                    false,
                    always);
        }
    }

    static String home(SequenceId id) {
        return "/sequences/" + id.value();
    }

    /// @param done what follows when the edit is made
    /// @param refused what follows when the emails cannot be so
    Reply ask(
            Desk.Visit visit,
            Form form,
            Wish wish,
            BiFunction<Tx, Edits.Terms, Outcome> edit,
            Function<EmailEdit, Reply> refused,
            Supplier<Reply> done) {
        return database.inTx(tx -> {
            var chosen = policy(form.value("policy")).filter(wish.policies()::contains);
            if (chosen.isPresent()) {
                return answer(visit, edit.apply(tx, terms(visit, chosen.get(), Edits.Intent.MAKE)), refused, done);
            }
            var usual = edit.apply(tx, terms(visit, wish.policies().getFirst(), Edits.Intent.TRY));
            if (!(usual instanceof Outcome.Effected(var effect))) {
                return answer(visit, usual, refused, done);
            }
            if (!wish.always() && !Question.touches(effect)) {
                var made = edit.apply(tx, terms(visit, wish.policies().getFirst(), Edits.Intent.MAKE));
                return answer(visit, made, refused, done);
            }
            var policies =
                    Question.touches(effect) ? wish.policies() : wish.policies().subList(0, 1);
            var local = visit.local(wish.zone());
            var choices = policies.stream()
                    .flatMap(policy -> edit.apply(tx, terms(visit, policy, Edits.Intent.TRY))
                                    instanceof Outcome.Effected(var tried)
                            ? Stream.of(Question.choice(policy, wish.resuming(), tried, local))
                            : Stream.empty())
                    .toList();
            var fields = new LinkedHashMap<>(form.all());
            fields.remove("csrf");
            fields.remove("policy");
            return visit.page(
                    "ui/sequence/question.jte",
                    new Question(
                            visit.frame(wish.title(), Section.SEQUENCES),
                            wish.sequence(),
                            wish.back(),
                            wish.action(),
                            fields,
                            effect.inside(),
                            choices,
                            wish.button(),
                            wish.always()));
        });
    }

    private static Edits.Terms terms(Desk.Visit visit, Policy policy, Edits.Intent intent) {
        return new Edits.Terms(policy, intent, visit.now());
    }

    private static Optional<Policy> policy(String name) {
        return Arrays.stream(Policy.values())
                .filter(policy -> policy.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    private static Reply answer(
            Desk.Visit visit, Outcome outcome, Function<EmailEdit, Reply> refused, Supplier<Reply> done) {
        return switch (outcome) {
            case Outcome.Effected _ -> done.get();
            case Outcome.NotFound _ -> visit.noSuchPage();
            case Outcome.Refused(var refusal) -> refused.apply(refusal);
        };
    }
}
