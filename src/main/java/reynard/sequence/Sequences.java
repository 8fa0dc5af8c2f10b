package reynard.sequence;

import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Event.SequenceDeleted;
import reynard.event.Event.SequenceEmailDeleted;
import reynard.event.Event.SequencePlanChanged;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.schedule.Delay;

/// The plans of an account: sequences and their emails. Every edit that can move someone's next email raises the
/// sequence's plan version and is told upwards in the same transaction.
public final class Sequences {
    private final SequenceStore store = new SequenceStore();
    private final StatisticsStore statistics = new StatisticsStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final InstantSource clock;

    public Sequences(Database database, IdBlocks ids, Events events, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        this.clock = clock;
        // A tag that is gone is worn by nobody: nothing changes for the people, and no setting names what is not there.
        events.listen((tx, account, event) -> {
            if (event instanceof Event.TagDeleted(var tag, var _, var _, var _)) {
                store.forget(tx, account, new Exclusion(Exclusion.Source.TAG, tag.value()));
            }
        });
    }

    public Sequence create(Tx tx, AccountId account, SequenceSettings settings) {
        var now = clock.instant();
        var sequence = new Sequence(
                new SequenceId(ids.next()),
                settings,
                Handling.DEFAULT,
                new CatchUp.NextSlot(),
                settings.active() ? Optional.empty() : Optional.of(now),
                1,
                now,
                now,
                now);
        store.insert(tx, account, sequence);
        events.append(tx, account, new Event.SequenceCreated(sequence.id(), now));
        return sequence;
    }

    public Page<Sequence> list(Tx tx, AccountId account, PageRequest page) {
        return store.list(tx, account, page);
    }

    /// Those that are delivering, by id.
    public List<SequenceId> active(Tx tx, AccountId account) {
        return store.active(tx, account);
    }

    /// A sequence that has been deleted is not found any more.
    public Optional<Sequence> find(Tx tx, AccountId account, SequenceId id) {
        return store.find(tx, account, id);
    }

    /// Those that are there and not deleted, in no order.
    List<Sequence> findAll(Tx tx, AccountId account, Collection<SequenceId> ids) {
        return store.findAll(tx, account, ids);
    }

    /// As [#find], and also one that has been deleted.
    public Optional<Sequence> findEvenDeleted(Tx tx, AccountId account, SequenceId id) {
        return store.findEvenDeleted(tx, account, id);
    }

    /// As [#find]; the sequence does not change before the transaction ends.
    public Optional<Sequence> findForShare(Tx tx, AccountId account, SequenceId id) {
        return store.findForShare(tx, account, id);
    }

    /// As [#find]; nobody else changes the sequence or its emails before the transaction ends.
    public Optional<Sequence> findForUpdate(Tx tx, AccountId account, SequenceId id) {
        return store.findForUpdate(tx, account, id);
    }

    /// @param emails drafts too
    /// @param subscribers those inside
    public record Counts(long emails, long subscribers) {}

    /// How many emails, drafts too, and how many active subscribers each sequence has.
    public Map<SequenceId, Counts> counts(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        return store.counts(tx, account, sequences);
    }

    /// What came of each sequence's emails; those of which nothing was sent are missing.
    public Map<SequenceId, Statistics> statistics(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        return statistics.ofSequences(tx, account, sequences);
    }

    /// What came of each email; those that were never sent are missing.
    public Map<SequenceEmailId, Statistics> emailStatistics(
            Tx tx, AccountId account, Collection<SequenceEmailId> emails) {
        return statistics.ofEmails(tx, account, emails);
    }

    /// How many members of each sequence have left the list; those with none are missing.
    Map<SequenceId, Long> cancelled(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        return statistics.cancelled(tx, account, sequences);
    }

    /// Those that name nothing the account has.
    public SortedSet<Exclusion> unknown(Tx tx, AccountId account, Collection<Exclusion> exclusions) {
        var unknown = new TreeSet<>(exclusions);
        unknown.removeAll(store.existing(tx, account, exclusions));
        return unknown;
    }

    /// Whom new sequences leave out unless they say otherwise, as far as the account still has it.
    public SortedSet<Exclusion> defaultExclusions(Tx tx, AccountId account) {
        var exclusions = store.accountExclusions(tx, account);
        exclusions.removeAll(unknown(tx, account, exclusions));
        return exclusions;
    }

    /// @param exclusions of which none is [#unknown]
    public void changeDefaultExclusions(Tx tx, AccountId account, Collection<Exclusion> exclusions) {
        store.replaceAccountExclusions(tx, account, exclusions);
    }

    /// Changes the settings from what they are at this moment; two edits at once happen one after the other.
    public Optional<Sequence> update(Tx tx, AccountId account, SequenceId id, UnaryOperator<SequenceSettings> edit) {
        return update(tx, account, id, edit, Optional.empty());
    }

    /// @param overdue what those get whom the edit finds overdue; empty: what they always get
    public Optional<Sequence> update(
            Tx tx, AccountId account, SequenceId id, UnaryOperator<SequenceSettings> edit, Optional<CatchUp> overdue) {
        return store.findForUpdate(tx, account, id).map(before -> {
            var sequence = before.edited(edit.apply(before.settings()), overdue, clock.instant());
            store.update(tx, account, sequence);
            if (sequence.planVersion() != before.planVersion()) {
                events.append(tx, account, new SequencePlanChanged(id, sequence.planVersion(), sequence.updatedAt()));
            }
            boolean active = sequence.settings().active();
            if (active != before.settings().active()) {
                events.append(
                        tx,
                        account,
                        active
                                ? new Event.SequenceResumed(id, sequence.updatedAt())
                                : new Event.SequencePaused(id, sequence.updatedAt()));
            }
            return sequence;
        });
    }

    /// Changes how the sequence treats what went wrong. Nobody's dates change by it.
    public Optional<Sequence> handle(Tx tx, AccountId account, SequenceId id, UnaryOperator<Handling> edit) {
        return store.findForUpdate(tx, account, id).map(before -> {
            var sequence = before.handled(edit.apply(before.handling()), clock.instant());
            store.update(tx, account, sequence);
            return sequence;
        });
    }

    /// @return whether there was such a sequence
    public boolean delete(AccountId account, SequenceId id) {
        return database.inTx(tx -> {
            var now = clock.instant();
            if (!store.delete(tx, account, id, now)) {
                return false;
            }
            events.append(tx, account, new SequenceDeleted(id, now));
            return true;
        });
    }

    public Page<SequenceEmail> emails(Tx tx, AccountId account, SequenceId sequence, PageRequest page) {
        return store.emails(tx, account, sequence, page);
    }

    public Optional<SequenceEmail> findEmail(Tx tx, AccountId account, SequenceId sequence, SequenceEmailId id) {
        return store.findEmail(tx, account, id).filter(email -> email.sequence().equals(sequence) && !email.deleted());
    }

    /// The email with its content, deleted or not.
    public Optional<SequenceEmail> findEmail(Tx tx, AccountId account, SequenceEmailId id) {
        return store.findEmail(tx, account, id);
    }

    /// Every email the sequence has or had, by position, without preview text and content.
    public List<SequenceEmail> outline(Tx tx, AccountId account, SequenceId sequence) {
        return store.outline(tx, account, sequence);
    }

    public sealed interface EmailEdit {
        record Saved(SequenceEmail email) implements EmailEdit {}

        record NotFound() implements EmailEdit {}

        record PositionTaken() implements EmailEdit {}

        /// Only the first email of a sequence may go at once.
        record NotFirst() implements EmailEdit {}

        /// It is to go out and cannot be written.
        ///
        /// @param fault the piece of it, the line, the column and what is wrong there
        record Broken(String fault) implements EmailEdit {}
    }

    /// Adds an email.
    ///
    /// @param atPosition makes the settings for the position that is free at the end
    public EmailEdit addEmail(
            Tx tx, AccountId account, SequenceId sequence, java.util.function.IntFunction<EmailSettings> atPosition) {
        var found = store.findForUpdate(tx, account, sequence);
        if (found.isEmpty()) {
            return new EmailEdit.NotFound();
        }
        var others = present(tx, account, sequence);
        int end = others.stream()
                .mapToInt(email -> email.settings().position() + 1)
                .max()
                .orElse(0);
        var settings = atPosition.apply(end);
        var email = new SequenceEmail(new SequenceEmailId(ids.next()), sequence, settings, false);
        var refusal = refusal(email, others);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        store.insertEmail(tx, account, email, clock.instant());
        if (settings.published()) {
            raisePlanVersion(tx, account, found.get(), Optional.empty());
        }
        return new EmailEdit.Saved(email);
    }

    /// Changes an email from what it is at this moment.
    public EmailEdit updateEmail(
            Tx tx, AccountId account, SequenceId sequence, SequenceEmailId id, UnaryOperator<EmailSettings> edit) {
        return updateEmail(tx, account, sequence, id, edit, Optional.empty());
    }

    /// @param overdue what those get whom the edit finds overdue; empty: what they always get
    public EmailEdit updateEmail(
            Tx tx,
            AccountId account,
            SequenceId sequence,
            SequenceEmailId id,
            UnaryOperator<EmailSettings> edit,
            Optional<CatchUp> overdue) {
        var found = store.findForUpdate(tx, account, sequence);
        var before = findEmail(tx, account, sequence, id);
        var edited = editedEmail(tx, account, sequence, id, edit);
        if (found.isPresent() && before.isPresent() && edited instanceof EmailEdit.Saved(var email)) {
            store.updateEmail(tx, account, email, clock.instant());
            if (!email.settings().plansAs(before.get().settings())) {
                raisePlanVersion(tx, account, found.get(), overdue);
            }
        }
        return edited;
    }

    /// What [#updateEmail] would save. Nothing is changed.
    public EmailEdit editedEmail(
            Tx tx, AccountId account, SequenceId sequence, SequenceEmailId id, UnaryOperator<EmailSettings> edit) {
        var before = store.find(tx, account, sequence).flatMap(_ -> findEmail(tx, account, sequence, id));
        if (before.isEmpty()) {
            return new EmailEdit.NotFound();
        }
        var email = new SequenceEmail(id, sequence, edit.apply(before.get().settings()), false);
        var fault = email.settings().fault();
        if (fault.isPresent()) {
            return new EmailEdit.Broken(fault.get().sentence());
        }
        var others = present(tx, account, sequence);
        others.removeIf(other -> other.id().equals(id));
        // What keeps its place and its delay cannot get in anybody's way.
        return email.settings().plansAs(before.get().settings())
                ? new EmailEdit.Saved(email)
                : refusal(email, others).orElseGet(() -> new EmailEdit.Saved(email));
    }

    /// Adds an email between others, which make room for it.
    ///
    /// @param index its place among those that the sequence has; behind all of them if it is too large
    public EmailEdit insertEmail(
            Tx tx,
            AccountId account,
            SequenceId sequence,
            int index,
            java.util.function.IntFunction<EmailSettings> atPosition) {
        var found = store.findForUpdate(tx, account, sequence);
        var emails = store.outline(tx, account, sequence);
        var present = emails.stream().filter(email -> !email.deleted()).toList();
        if (found.isEmpty() || index >= present.size()) {
            return addEmail(tx, account, sequence, atPosition);
        }
        int place = emails.indexOf(present.get(index));
        var settings = atPosition.apply(place);
        boolean behind = settings.delay() instanceof Delay.Immediate && index > 0;
        boolean before = present.getFirst().settings().delay() instanceof Delay.Immediate && index == 0;
        if (behind || before) {
            return new EmailEdit.NotFirst();
        }
        var moved = new java.util.ArrayList<SequenceEmail>();
        for (int i = 0; i < emails.size(); i++) {
            moved.add(emails.get(i).at(i < place ? i : i + 1));
        }
        store.place(tx, account, sequence, moved, clock.instant());
        var email = new SequenceEmail(new SequenceEmailId(ids.next()), sequence, settings, false);
        store.insertEmail(tx, account, email, clock.instant());
        raisePlanVersion(tx, account, found.get(), Optional.empty());
        return new EmailEdit.Saved(email);
    }

    private List<SequenceEmail> present(Tx tx, AccountId account, SequenceId sequence) {
        var emails = new java.util.ArrayList<>(store.outline(tx, account, sequence));
        emails.removeIf(SequenceEmail::deleted);
        return emails;
    }

    private static Optional<EmailEdit> refusal(SequenceEmail email, List<SequenceEmail> others) {
        int position = email.settings().position();
        if (others.stream().anyMatch(other -> other.settings().position() == position)) {
            return Optional.of(new EmailEdit.PositionTaken());
        }
        boolean first = others.stream().allMatch(other -> other.settings().position() > position);
        return email.settings().delay() instanceof Delay.Immediate && !first
                ? Optional.of(new EmailEdit.NotFirst())
                : Optional.empty();
    }

    /// Takes the email out for good; those who got it keep their place.
    ///
    /// @return whether there was such an email
    public boolean deleteEmail(AccountId account, SequenceId sequence, SequenceEmailId id) {
        return database.inTx(tx -> deleteEmail(tx, account, sequence, id, Optional.empty()));
    }

    /// The same in a transaction of the caller's.
    ///
    /// @param overdue what those get whom the edit finds overdue; empty: what they always get
    public boolean deleteEmail(
            Tx tx, AccountId account, SequenceId sequence, SequenceEmailId id, Optional<CatchUp> overdue) {
        var found = store.findForUpdate(tx, account, sequence);
        if (found.isEmpty() || findEmail(tx, account, sequence, id).isEmpty()) {
            return false;
        }
        store.deleteEmail(tx, account, id, clock.instant());
        events.append(tx, account, new SequenceEmailDeleted(sequence, id, clock.instant()));
        raisePlanVersion(tx, account, found.get(), overdue);
        return true;
    }

    public sealed interface Ordering {
        /// @param emails all that the sequence has or had, without preview text and content
        record Ordered(List<SequenceEmail> emails) implements Ordering {
            public Ordered {
                emails = List.copyOf(emails);
            }
        }

        record Refused(EmailEdit refusal) implements Ordering {}
    }

    /// The emails as another order would leave them. Nothing is changed.
    ///
    /// @param order every email that the sequence has, or what is refused
    public Ordering ordered(Tx tx, AccountId account, SequenceId sequence, List<SequenceEmailId> order) {
        var emails = store.outline(tx, account, sequence);
        var wanted = new java.util.HashMap<SequenceEmailId, Integer>();
        order.forEach(id -> wanted.put(id, wanted.size()));
        var present = emails.stream().filter(email -> !email.deleted()).toList();
        if (wanted.size() != order.size()
                || !wanted.keySet()
                        .equals(present.stream().map(SequenceEmail::id).collect(java.util.stream.Collectors.toSet()))) {
            return new Ordering.Refused(new EmailEdit.NotFound());
        }
        // One that is gone stays behind the one that it was behind, for those whose place it is.
        var groups = new java.util.TreeMap<Integer, List<SequenceEmail>>();
        int group = -1;
        for (var email : emails) {
            group = email.deleted() ? group : wanted.getOrDefault(email.id(), group);
            groups.computeIfAbsent(group, _ -> new java.util.ArrayList<>()).add(email);
        }
        var ordered = new java.util.ArrayList<SequenceEmail>();
        groups.values().forEach(members -> members.forEach(email -> ordered.add(email.at(ordered.size()))));
        var first = ordered.stream().filter(email -> !email.deleted()).findFirst();
        boolean immediateBehind = ordered.stream()
                .anyMatch(email -> !email.deleted()
                        && email.settings().delay() instanceof Delay.Immediate
                        && !first.equals(Optional.of(email)));
        return immediateBehind ? new Ordering.Refused(new EmailEdit.NotFirst()) : new Ordering.Ordered(ordered);
    }

    /// Puts the emails where [#ordered] has them.
    ///
    /// @param overdue what those get whom the edit finds overdue; empty: what they always get
    public void order(
            Tx tx, AccountId account, SequenceId sequence, List<SequenceEmail> ordered, Optional<CatchUp> overdue) {
        store.findForUpdate(tx, account, sequence).ifPresent(found -> {
            store.place(tx, account, sequence, ordered, clock.instant());
            raisePlanVersion(tx, account, found, overdue);
        });
    }

    private void raisePlanVersion(Tx tx, AccountId account, Sequence before, Optional<CatchUp> overdue) {
        var sequence = before.replanned(overdue, clock.instant());
        store.raisePlanVersion(
                tx, account, sequence.id(), sequence.planVersion(), sequence.overdue(), sequence.updatedAt());
        events.append(
                tx, account, new SequencePlanChanged(sequence.id(), sequence.planVersion(), sequence.updatedAt()));
    }
}
