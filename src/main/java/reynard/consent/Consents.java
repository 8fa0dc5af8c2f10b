package reynard.consent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ConsentId;
import reynard.id.FormId;
import reynard.id.SubscriberId;

/// The record of consents: it grows, and nothing in it changes.
public final class Consents {
    /// How long the whole address of a visitor is kept; afterwards its network is.
    public static final Duration CLIENT_KEPT = Duration.ofDays(90);

    private final ConsentStore store = new ConsentStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Consents(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// What a visitor's browser told when it sent a form.
    public record Visit(
            Optional<String> textShown,
            Optional<String> page,
            Optional<String> clientAddress,
            Optional<String> userAgent,
            Instant at) {}

    /// Somebody has joined by a form, or a program has added them to it.
    ///
    /// @param confirmedAt empty for a form that asks for no confirmation
    public void byForm(
            Tx tx,
            AccountId account,
            SubscriberId subscriber,
            FormId form,
            Visit visit,
            Optional<Instant> confirmedAt) {
        store.insert(
                tx,
                account,
                new Consent(
                        new ConsentId(ids.next()),
                        subscriber,
                        visit.textShown().isPresent() ? Consent.Source.FORM : Consent.Source.API,
                        Optional.of(form),
                        visit.textShown(),
                        Optional.empty(),
                        visit.page(),
                        visit.clientAddress(),
                        visit.userAgent(),
                        visit.at(),
                        confirmedAt));
    }

    /// A reader has agreed on a page of ours, by a link that only they have.
    public void byReader(Tx tx, AccountId account, SubscriberId subscriber, String statement, Visit visit) {
        store.insert(
                tx,
                account,
                new Consent(
                        new ConsentId(ids.next()),
                        subscriber,
                        Consent.Source.READER,
                        Optional.empty(),
                        visit.textShown(),
                        Optional.of(statement),
                        visit.page(),
                        visit.clientAddress(),
                        visit.userAgent(),
                        visit.at(),
                        Optional.of(clock.instant())));
    }

    /// The operator says why somebody may be written to.
    public Consent state(
            Tx tx, AccountId account, SubscriberId subscriber, Consent.Source source, String statement, Instant at) {
        var consent = new Consent(
                new ConsentId(ids.next()),
                subscriber,
                source,
                Optional.empty(),
                Optional.empty(),
                Optional.of(statement),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                at,
                Optional.empty());
        store.insert(tx, account, consent);
        return consent;
    }

    /// The last written first.
    public Page<Consent> list(Tx tx, AccountId account, SubscriberId subscriber, PageRequest page) {
        return store.list(tx, account, subscriber, page);
    }

    /// Shortens the addresses of visitors of long ago to their networks.
    ///
    /// @return how many rows that were
    public int forgetClients(AccountId account, Instant now) {
        return database.inTx(tx -> store.shortenClients(tx, account, now.minus(CLIENT_KEPT)));
    }
}
