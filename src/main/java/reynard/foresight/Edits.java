package reynard.foresight;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import reynard.db.Tx;
import reynard.enrollment.Plan;
import reynard.enrollment.Standings;
import reynard.foresight.Impact.Policy;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.sequence.EmailSettings;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.SequenceSettings;
import reynard.sequence.Sequences;
import reynard.sequence.Sequences.EmailEdit;

/// Edits of a sequence under the policy that its author has chosen for the people inside: tried, which tells what one
/// would do to them and changes nothing, or made, which tells what it did.
public final class Edits {
    private final Sequences sequences;
    private final Standings standings;
    private final Impact impact;

    public Edits(Sequences sequences, Standings standings, Impact impact) {
        this.sequences = sequences;
        this.standings = standings;
        this.impact = impact;
    }

    /// Whether an edit is made or only tried.
    public enum Intent {
        TRY,
        MAKE
    }

    /// Under what an edit is tried or made.
    public record Terms(Policy policy, Intent intent, Instant now) {
        boolean makes() {
            return intent == Intent.MAKE;
        }
    }

    public sealed interface Outcome {
        record Effected(Impact.Effect effect) implements Outcome {}

        record NotFound() implements Outcome {}

        /// The emails cannot be so.
        record Refused(EmailEdit refusal) implements Outcome {}
    }

    /// Changes the settings of a sequence.
    ///
    /// @param edit from the sequence as it is; asked in the transaction, after the sequence is locked
    public Outcome ofSequence(
            Tx tx,
            AccountId account,
            SequenceId id,
            Function<Sequence, UnaryOperator<SequenceSettings>> edit,
            Terms terms) {
        lock(tx, account, id, terms);
        var plan = standings.plan(tx, account, id);
        if (plan.isEmpty()) {
            return new Outcome.NotFound();
        }
        var sequence = plan.get().sequence();
        var change = edit.apply(sequence);
        var overdue = terms.policy().overdue();
        var edited = sequence.edited(change.apply(sequence.settings()), overdue, terms.now());
        var effect = effect(tx, account, plan.get(), edited, List.of(), terms);
        if (terms.makes()) {
            prepare(tx, account, plan.get(), terms);
            sequences
                    .update(tx, account, id, change, overdue)
                    .ifPresent(saved -> keep(tx, account, plan.get(), saved, List.of(), terms));
        }
        return new Outcome.Effected(effect);
    }

    /// Changes one email.
    ///
    /// @param edit from the email as it is; asked in the transaction, after the sequence is locked
    public Outcome ofEmail(
            Tx tx,
            AccountId account,
            SequenceId id,
            SequenceEmailId emailId,
            Function<SequenceEmail, UnaryOperator<EmailSettings>> edit,
            Terms terms) {
        lock(tx, account, id, terms);
        var plan = standings.plan(tx, account, id);
        var email = sequences.findEmail(tx, account, id, emailId);
        if (plan.isEmpty() || email.isEmpty()) {
            return new Outcome.NotFound();
        }
        var change = edit.apply(email.get());
        var edited = sequences.editedEmail(tx, account, id, emailId, change);
        if (!(edited instanceof EmailEdit.Saved(var after))) {
            return new Outcome.Refused(edited);
        }
        boolean moves = !after.settings().plansAs(email.get().settings());
        var overdue = terms.policy().overdue();
        var sequence = plan.get().sequence();
        var replanned = moves ? sequence.replanned(overdue, terms.now()) : sequence;
        var effect = effect(tx, account, plan.get(), replanned, List.of(after), terms);
        if (terms.makes()) {
            prepare(tx, account, plan.get(), terms);
            sequences.updateEmail(tx, account, id, emailId, change, overdue);
            keep(tx, account, plan.get(), replanned, List.of(after), terms);
        }
        return new Outcome.Effected(effect);
    }

    /// Takes one email out for good.
    public Outcome withoutEmail(Tx tx, AccountId account, SequenceId id, SequenceEmailId emailId, Terms terms) {
        lock(tx, account, id, terms);
        var plan = standings.plan(tx, account, id);
        var email = sequences.findEmail(tx, account, id, emailId);
        if (plan.isEmpty() || email.isEmpty()) {
            return new Outcome.NotFound();
        }
        var gone = List.of(email.get().gone());
        var overdue = terms.policy().overdue();
        var replanned = plan.get().sequence().replanned(overdue, terms.now());
        var effect = effect(tx, account, plan.get(), replanned, gone, terms);
        if (terms.makes()) {
            prepare(tx, account, plan.get(), terms);
            sequences.deleteEmail(tx, account, id, emailId, overdue);
            keep(tx, account, plan.get(), replanned, gone, terms);
        }
        return new Outcome.Effected(effect);
    }

    /// Puts the emails into another order.
    ///
    /// @param order every email that the sequence has
    public Outcome ofOrder(Tx tx, AccountId account, SequenceId id, List<SequenceEmailId> order, Terms terms) {
        lock(tx, account, id, terms);
        var plan = standings.plan(tx, account, id);
        if (plan.isEmpty()) {
            return new Outcome.NotFound();
        }
        switch (sequences.ordered(tx, account, id, order)) {
            case Sequences.Ordering.Refused(var refusal) -> {
                return new Outcome.Refused(refusal);
            }
            case Sequences.Ordering.Ordered(var emails) -> {
                var overdue = terms.policy().overdue();
                var replanned = plan.get().sequence().replanned(overdue, terms.now());
                var effect = effect(tx, account, plan.get(), replanned, emails, terms);
                if (terms.makes()) {
                    prepare(tx, account, plan.get(), terms);
                    sequences.order(tx, account, id, emails, overdue);
                    keep(tx, account, plan.get(), replanned, emails, terms);
                }
                return new Outcome.Effected(effect);
            }
        }
    }

    private Impact.Effect effect(
            Tx tx, AccountId account, Plan plan, Sequence edited, Collection<SequenceEmail> emails, Terms terms) {
        return impact.of(tx, account, plan, edited, emails, terms.policy(), terms.now());
    }

    /// What is going to be edited is locked before anyone inside is. Nobody inside is waited for, so that whoever holds
    /// one of them and wants the sequence gets it in the end.
    private void lock(Tx tx, AccountId account, SequenceId sequence, Terms terms) {
        if (terms.makes()) {
            sequences.findForUpdate(tx, account, sequence);
        }
    }

    /// Whoever is to keep a date has to have the one of the plan before.
    private void prepare(Tx tx, AccountId account, Plan plan, Terms terms) {
        if (terms.policy() == Policy.NEW_JOINERS_ONLY) {
            standings.settle(tx, account, plan, terms.now());
        }
    }

    private void keep(
            Tx tx, AccountId account, Plan before, Sequence saved, Collection<SequenceEmail> emails, Terms terms) {
        if (terms.policy() == Policy.NEW_JOINERS_ONLY) {
            standings.keepDates(tx, account, before, standings.edited(before, saved, emails));
        }
    }
}
