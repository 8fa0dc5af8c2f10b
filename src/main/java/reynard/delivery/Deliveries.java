package reynard.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.account.Secrets;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.DeliveryId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;

/// The ledger: every email that was planned for someone, queued, sent, failed or skipped.
public final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    /// Longer than a result takes to come on record when all is well.
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

    private static final int BROADCAST_ROWS_MAX = 500;

    private final DeliveryStore store = new DeliveryStore();
    private final Sources sources = new Sources(store);
    private final DecisionStore decisions = new DecisionStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;

    public Deliveries(Database database, IdBlocks ids, Events events) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        events.listen(this::happened);
    }

    /// Why an email is not sent: a stable code and its values.
    public record Skip(String reason, Map<String, Object> detail) {
        public Skip {
            detail = Map.copyOf(detail);
        }
    }

    /// What a walk decided about one email of one run: send it, or skip it and say why.
    public record Step(
            EnrollmentId enrollment,
            int run,
            SequenceId sequence,
            SequenceEmailId email,
            SubscriberId subscriber,
            Instant dueAt,
            Optional<Skip> skipped) {
        public static Step send(
                EnrollmentId enrollment,
                int run,
                SequenceId sequence,
                SequenceEmailId email,
                SubscriberId subscriber,
                Instant dueAt) {
            return new Step(enrollment, run, sequence, email, subscriber, dueAt, Optional.empty());
        }

        public static Step skip(
                EnrollmentId enrollment,
                int run,
                SequenceId sequence,
                SequenceEmailId email,
                SubscriberId subscriber,
                Instant dueAt,
                String reason,
                Map<String, Object> detail) {
            return new Step(enrollment, run, sequence, email, subscriber, dueAt, Optional.of(new Skip(reason, detail)));
        }
    }

    /// Writes the steps into the ledger: those to send are queued for now.
    public void record(Tx tx, AccountId account, List<Step> steps, Instant now) {
        var rows = steps.stream()
                .map(step -> newDelivery(new DeliveryId(ids.next()), step))
                .toList();
        store.insert(tx, account, rows, now);
    }

    /// Queues an email of a broadcast for each of up to 500 readers. Who has one in the ledger already keeps that one.
    ///
    /// @param skipped those who get none, and why, a stable code: it is written down at once
    /// @return for how many it was queued or written down
    public int queue(
            Tx tx,
            AccountId account,
            BroadcastId broadcast,
            List<SubscriberId> subscribers,
            Map<SubscriberId, String> skipped,
            Instant dueAt,
            Instant now) {
        if (subscribers.size() > BROADCAST_ROWS_MAX) {
            throw new IllegalArgumentException(
                    "at most " + BROADCAST_ROWS_MAX + " readers at once: " + subscribers.size());
        }
        var rows = subscribers.stream()
                .map(subscriber -> newMail(new DeliveryId(ids.next()), subscriber, skipped))
                .toList();
        return store.insertBroadcast(tx, account, broadcast, rows, dueAt, now);
    }

    private static DeliveryStore.NewDelivery newDelivery(DeliveryId id, Step step) {
        return new DeliveryStore.NewDelivery(id, Secrets.token(), MessageIds.next(id), step);
    }

    private static DeliveryStore.NewBroadcastMail newMail(
            DeliveryId id, SubscriberId subscriber, Map<SubscriberId, String> skipped) {
        return new DeliveryStore.NewBroadcastMail(
                id, subscriber, Secrets.token(), MessageIds.next(id), Optional.ofNullable(skipped.get(subscriber)));
    }

    /// How many emails of a broadcast are in which state.
    public Map<Delivery.State, Long> ofBroadcast(Tx tx, AccountId account, BroadcastId broadcast) {
        return store.ofBroadcast(tx, account, broadcast);
    }

    /// Takes back what is queued of a broadcast and not on its way yet. What is on its way and comes back into the
    /// queue
    /// is skipped when its writer has nothing to write any more.
    ///
    /// @param reason a stable code
    public void dropQueued(Tx tx, AccountId account, BroadcastId broadcast, String reason, Instant now) {
        tellBroadcast(tx, account, store.dropQueuedOfBroadcast(tx, account, broadcast, reason, now), now);
    }

    /// Takes back what is queued of enrollments and not on its way yet.
    public void dropQueued(Tx tx, AccountId account, Collection<EnrollmentId> enrollments, String reason, Instant now) {
        store.dropQueuedOfEnrollments(tx, account, enrollments, reason, now);
    }

    /// Takes some of the queued emails that were due until a moment out of the queue, as if they had been sent when
    /// they
    /// were due.
    ///
    /// @return how many
    public int treatAsSent(Tx tx, AccountId account, Instant until, Instant now, int limit) {
        var treated = store.treatAsSent(tx, account, until, now, limit);
        store.dropMessages(
                tx, account, treated.stream().map(DeliveryStore.Treated::id).toList());
        tell(
                tx,
                account,
                treated.stream()
                        .map(delivery -> new Done(delivery.id(), delivery.kind(), false, delivery.dueAt()))
                        .toList());
        return treated.size();
    }

    public Page<Delivery> list(AccountId account, DeliveryFilter filter, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, filter, page));
    }

    /// What one run of an enrollment has led to, by email.
    public Map<SequenceEmailId, Delivery> ofRun(Tx tx, AccountId account, EnrollmentId enrollment, int run) {
        return store.ofRun(tx, account, enrollment, run);
    }

    public Optional<Delivery> find(AccountId account, DeliveryId id) {
        return database.inTx(tx -> store.find(tx, account, id));
    }

    /// In the order of the tries.
    public List<Attempt> attempts(AccountId account, DeliveryId id) {
        return database.inTx(tx -> store.attempts(tx, account, id));
    }

    /// What people have decided about it, oldest first.
    public List<Decision> decisions(AccountId account, DeliveryId id) {
        return database.inTx(tx -> decisions.list(tx, account, id));
    }

    /// A person has decided about an email that is uncertain or held: it goes out again, or it stays as it is and
    /// counts
    /// as done. Who has left or was taken out meanwhile gets nothing, whatever was decided.
    public Decision.Deciding decide(
            AccountId account, DeliveryId id, Decision.Verdict verdict, Optional<String> note, Instant now) {
        return database.inTx(tx -> {
            var open = decisions.findOpen(tx, account, id);
            if (open.isPresent()) {
                var found = open.get();
                decisions.insert(tx, account, id, new Decision(now, verdict, found.state(), found.reason(), note));
                switch (verdict) {
                    case RESEND -> {
                        decisions.requeue(tx, account, id, now);
                        dropIfForbidden(tx, account, id, now);
                    }
                    case LEAVE -> leave(tx, account, id, found, now);
                }
            }
            var delivery = store.find(tx, account, id);
            if (delivery.isEmpty()) {
                return new Decision.Deciding.NoSuchDelivery();
            }
            return open.isPresent()
                    ? new Decision.Deciding.Decided(delivery.get())
                    : new Decision.Deciding.NotOpen(delivery.get().state());
        });
    }

    private void leave(Tx tx, AccountId account, DeliveryId id, DecisionStore.Open open, Instant now) {
        decisions.leave(tx, account, id, open, now);
        store.dropMessage(tx, account, id);
        var kind = store.find(tx, account, id).orElseThrow().kind();
        tell(tx, account, Set.of(new Done(id, kind, false, now)));
    }

    /// How many wait for a person or for the pause after which they are sent again, by state.
    public Map<Delivery.State, Long> unresolved(AccountId account) {
        return database.inTx(tx -> store.unresolved(tx, account));
    }

    public Map<Delivery.State, Long> counts(AccountId account) {
        return database.inTx(tx -> store.counts(tx, account));
    }

    /// What is due now, but for emails of a paused sequence. Takes long where very many are.
    public Backlog backlog(AccountId account, Instant now) {
        return database.read(tx -> store.backlog(tx, account, now));
    }

    /// Whom the list's email with this token went to.
    public Optional<SubscriberId> subscriberOf(AccountId account, String token) {
        return database.inTx(tx -> store.subscriberOf(tx, account, token));
    }

    /// An email as one that comes back names it.
    ///
    /// @param subscriber empty for a notice to somebody who is none
    public record Known(DeliveryId id, Optional<SubscriberId> subscriber, String token) {}

    public Optional<Known> findByToken(Tx tx, AccountId account, String token) {
        return store.findByToken(tx, account, token);
    }

    /// @param messageId what stands before the account in the Message-ID
    public Optional<Known> findByMessageId(Tx tx, AccountId account, String messageId) {
        return MessageIds.delivery(messageId).flatMap(id -> store.findByMessageId(tx, account, id, messageId));
    }

    /// An email that its relay had accepted has come back undelivered. Its place in the sequence stays as it is.
    ///
    /// @param reason what it means, a stable code
    /// @param reply the words of the server that refused
    public void bounced(Tx tx, AccountId account, DeliveryId id, String reason, String reply, Instant at) {
        store.markBounced(tx, account, id, reason, reply, at);
    }

    /// When the last email to a reader was accepted before an instant and has not come back.
    public Optional<Instant> lastArrival(Tx tx, AccountId account, SubscriberId subscriber, Instant before) {
        return store.lastArrival(tx, account, subscriber, before);
    }

    /// When the last email of any list went to each of some people; now for those to whom one is on its way.
    public Map<SubscriberId, Instant> lastEmails(
            Tx tx, AccountId account, Collection<SubscriberId> subscribers, Instant now) {
        return store.lastEmails(tx, account, subscribers, now);
    }

    /// The sequence that the email with this token is of.
    public Optional<SequenceId> sequenceOf(Tx tx, AccountId account, String token) {
        return store.sequenceOf(tx, account, token);
    }

    /// The reader of the email with this token left the list by it. Counted once, whatever comes after.
    public void left(Tx tx, AccountId account, String token, Event.Departure departure, Instant at) {
        store.markLeft(tx, account, token, departure, at);
    }

    private void happened(Tx tx, AccountId account, Event event) {
        switch (event) {
            case Event.SubscriberLeft(var subscriber, var departure, var at) ->
                tellBroadcast(
                        tx,
                        account,
                        store.dropQueuedOfSubscriber(
                                tx, account, subscriber, departure.name().toLowerCase(Locale.ROOT), at),
                        at);
            case Event.SequenceDeleted(var sequence, var at) ->
                tell(tx, account, store.dropQueuedOfSequence(tx, account, sequence, at), at);
            case Event.SequencePlanChanged(var sequence, var _, var at) ->
                tell(tx, account, store.dropWithdrawn(tx, account, sequence, at), at);
            case Event.SubscriberConfirmed _,
                    Event.DeliveriesSettled _,
                    Event.DeliveryWithdrawn _,
                    Event.SequenceWanted _,
                    Event.News _ -> {}
        }
    }

    private void tell(Tx tx, AccountId account, List<DeliveryStore.Withdrawn> withdrawn, Instant at) {
        for (var delivery : withdrawn) {
            events.append(
                    tx,
                    account,
                    new Event.DeliveryWithdrawn(
                            delivery.id(), delivery.enrollment(), delivery.run(), delivery.email(), at));
        }
    }

    private void tellBroadcast(Tx tx, AccountId account, List<DeliveryStore.Unsent> unsent, Instant at) {
        for (var delivery : unsent) {
            events.append(
                    tx,
                    account,
                    new Event.BroadcastMailSettled(
                            delivery.id(), delivery.broadcast(), delivery.subscriber(), false, at));
        }
    }

    /// An email that is done with.
    private record Done(DeliveryId delivery, Kind kind, boolean accepted, Instant at) {}

    /// Tells of emails that are done with, those of sequences together. Nobody waits for the news of a notice.
    private void tell(Tx tx, AccountId account, Collection<Done> done) {
        var settled = new ArrayList<Event.DeliverySettled>();
        for (var one : done) {
            switch (one.kind()) {
                case Kind.SequenceMail(var enrollment, var run, var _, var email, var reader) ->
                    settled.add(new Event.DeliverySettled(
                            one.delivery(), enrollment, run, email, reader, one.accepted(), one.at()));
                case Kind.BroadcastMail(var broadcast, var reader) ->
                    events.append(
                            tx,
                            account,
                            new Event.BroadcastMailSettled(
                                    one.delivery(), broadcast, reader, one.accepted(), one.at()));
                case Kind.NoticeMail _ -> {}
            }
        }
        if (!settled.isEmpty()) {
            events.append(tx, account, new Event.DeliveriesSettled(settled));
        }
    }

    void tellSettled(Tx tx, AccountId account, List<DeliveryStore.Result> results) {
        tell(
                tx,
                account,
                results.stream()
                        .map(result -> new Done(
                                result.claim().delivery(),
                                result.claim().kind(),
                                result.ending().state() == Delivery.State.SENT,
                                result.ending().at()))
                        .toList());
    }

    /// Tells of an attempt that says something against its reader's address.
    void tellRefused(Tx tx, Claim claim, SubscriberId reader, Ending ending) {
        events.append(
                tx,
                claim.account(),
                new Event.RecipientRefused(
                        claim.delivery(),
                        claim.token(),
                        reader,
                        ending.blame() == Ending.Blame.SOFT,
                        ending.status(),
                        ending.attempt().reply().orElse(""),
                        ending.at()));
    }

    /// Takes back what has just gone back into the queue, if what has happened since it was claimed forbids it.
    void dropIfForbidden(Tx tx, AccountId account, DeliveryId delivery, Instant now) {
        store.dropIfForbidden(tx, account, delivery, now).ifPresent(withdrawn -> {
            store.dropMessage(tx, account, delivery);
            tell(tx, account, List.of(withdrawn), now);
        });
        store.dropIfUnwanted(tx, account, delivery, now).ifPresent(kind -> {
            store.dropMessage(tx, account, delivery);
            tell(tx, account, Set.of(new Done(delivery, kind, false, now)));
        });
    }

    /// What a node held and does not work on any more: what it had not begun goes back into the queue, and of what it
    /// had marked nobody knows whether it arrived.
    ///
    /// @param isDead whether the node has ended
    /// @param except what it still works on
    /// @return how many there were
    int takeBack(Tx tx, AccountId account, long owner, boolean isDead, List<DeliveryId> except, Instant now) {
        var claimed = store.rescueClaimed(tx, account, owner, isDead, except, now);
        var uncertain = store.rescueAtDot(tx, account, owner, except, now.plus(Sender.UNCERTAIN_PAUSE), now);
        store.keepLetters(tx, account, owner, uncertain);
        claimed.forEach(delivery -> dropIfForbidden(tx, account, delivery, now));
        uncertain.forEach(delivery -> dropIfForbidden(tx, account, delivery, now));
        int taken = claimed.size() + uncertain.size();
        // A node that has stopped as it should holds nothing.
        if (taken > 0) {
            LOG.warn(
                    "of node {}: {} deliveries go back into the queue, {} are uncertain: {}",
                    owner,
                    claimed.size(),
                    uncertain.size(),
                    uncertain);
        }
        return taken;
    }

    /// Forgets letters that are done with, and what no letter is told from any more.
    ///
    /// @return how many there were
    public int sweep(AccountId account, Instant now) {
        int letters = database.inTx(tx -> store.dropSettledSlots(tx, account, now.minus(FORGOTTEN_AFTER))
                + store.dropSettledMessages(tx, account));
        // Apart from them, so that nobody who marks an email waits for both.
        return letters + database.inTx(tx -> sources.sweep(tx, account, now));
    }

    DeliveryStore store() {
        return store;
    }

    Sources sources() {
        return sources;
    }
}
