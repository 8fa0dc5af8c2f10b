package reynard.reader;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.Secrets;
import reynard.consent.Consents;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.delivery.Notice;
import reynard.delivery.Notices;
import reynard.id.AddressChangeId;
import reynard.mail.EmailAddress;
import reynard.page.ShortLetter;
import reynard.page.Texts;
import reynard.signup.Signups;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;

/// Readers who want their emails at another address: asked there by mail, and moved when they say so from there. The
/// old address is told.
///
/// Who asks learns nothing of the new address: somebody else may have it, or no mail may go there. A mail goes to an
/// address at most once in 24 hours and three times in seven days, so that nobody bombs it with one reader's link.
public final class AddressChanges {
    private static final Duration VALID_FOR = Duration.ofDays(7);
    private static final Duration WITHIN = Duration.ofHours(24);
    private static final Duration LONG_WITHIN = Duration.ofDays(7);
    private static final int LONG_WITHIN_MAX = 3;
    private static final int BY_READER_MAX = 5;
    private static final Duration GIVE_UP_AFTER = Duration.ofHours(24);

    private final AddressChangeStore store = new AddressChangeStore();
    private final Database database;
    private final IdBlocks ids;
    private final Accounts accounts;
    private final Subscribers subscribers;
    private final Signups signups;
    private final Consents consents;
    private final Notices notices;
    private final Supplier<String> publicUrl;
    private final InstantSource clock;

    /// @param publicUrl what strangers reach this server by, without a slash at its end
    public AddressChanges(
            Database database,
            IdBlocks ids,
            Accounts accounts,
            Subscribers subscribers,
            Signups signups,
            Consents consents,
            Notices notices,
            Supplier<String> publicUrl,
            InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.accounts = accounts;
        this.subscribers = subscribers;
        this.signups = signups;
        this.consents = consents;
        this.notices = notices;
        this.publicUrl = publicUrl;
        this.clock = clock;
    }

    /// Sends the link to the new address, unless it got several of late or no mail may go there.
    void ask(Account account, Subscriber reader, EmailAddress to, Texts texts) {
        var now = clock.instant();
        database.useTx(tx -> {
            var countedAs = signups.lock(tx, account.id(), to, now);
            var count =
                    store.count(tx, account.id(), countedAs, reader.id(), now.minus(WITHIN), now.minus(LONG_WITHIN));
            if (count.toAddress() > 0
                    || count.toAddressLong() >= LONG_WITHIN_MAX
                    || count.byReader() >= BY_READER_MAX) {
                return;
            }
            var change = new AddressChange(
                    new AddressChangeId(ids.next()),
                    reader.id(),
                    Secrets.token(),
                    to.value(),
                    countedAs,
                    now,
                    Optional.empty());
            var queued = notices.queue(tx, account.id(), question(tx, account, change, to, texts), now);
            if (queued instanceof Notices.Queuing.Queued) {
                store.insert(tx, account.id(), change);
            }
        });
    }

    private Notice question(Tx tx, Account account, AddressChange change, EmailAddress to, Texts texts) {
        var link = publicUrl.get() + "/address/" + account.token() + "/" + change.token();
        var letter = new ShortLetter(
                texts,
                texts.get("addressMail.subject", account.name()),
                texts.get("addressMail.explained", account.name()),
                Optional.of(new ShortLetter.Button(texts.get("addressMail.button"), link)),
                texts.get("addressMail.ignore"),
                account.name(),
                account.postalAddress());
        return notice(tx, account, Notice.Purpose.ADDRESS_CHANGE, to, letter);
    }

    private Notice notice(Tx tx, Account account, Notice.Purpose purpose, EmailAddress to, ShortLetter letter) {
        return new Notice(
                purpose,
                to,
                accounts.defaultSendingAddress(tx, account.id()),
                letter.subject(),
                letter.html(),
                letter.text(),
                GIVE_UP_AFTER);
    }

    /// What the link in the mail asks about.
    record Asked(Account account, AddressChange change) {}

    /// Empty when nobody was sent this link, or too long ago.
    Optional<Asked> asked(String accountToken, String token) {
        return accounts.findByToken(accountToken)
                .flatMap(account -> database.inTx(tx -> store.find(tx, account, token)
                        .filter(change -> change.askedAt().plus(VALID_FOR).isAfter(clock.instant()))
                        .map(change -> new Asked(accounts.get(tx, account), change))));
    }

    /// Whoever has the new address wants the emails there.
    ///
    /// @param visit how that was said
    /// @return whether they go there now; not when somebody else gets emails there already. A second time changes
    ///     nothing
    boolean confirm(Asked asked, Consents.Visit visit, Texts texts) {
        var account = asked.account();
        var now = clock.instant();
        return database.inTx(tx -> {
            var change = asked.change();
            var before = subscribers.find(tx, account.id(), change.subscriber());
            if (before.isEmpty()) {
                return false;
            }
            if (!store.confirm(tx, account.id(), change.id(), before.get().emailAddress(), now)) {
                return before.get().emailAddress().equals(change.newAddress());
            }
            var to = EmailAddress.parse(change.newAddress()).orElseThrow();
            if (!subscribers.move(tx, account.id(), change.subscriber(), to)) {
                return false;
            }
            consents.byReader(tx, account.id(), change.subscriber(), "The reader has confirmed this address.", visit);
            tell(tx, account, before.get().emailAddress(), change.newAddress(), texts, now);
            return true;
        });
    }

    /// Nobody takes a reader's emails away from them without a word. The new address is theirs to know, not ours to
    /// tell.
    private void tell(Tx tx, Account account, String from, String to, Texts texts, Instant now) {
        var letter = new ShortLetter(
                texts,
                texts.get("addressToldMail.subject", account.name()),
                texts.get("addressToldMail.explained", account.name(), LeavingPage.hidden(to)),
                Optional.empty(),
                texts.get(
                        "addressToldMail.objection",
                        accounts.defaultSendingAddress(tx, account.id()).emailAddress()),
                account.name(),
                account.postalAddress());
        EmailAddress.parse(from)
                .ifPresent(old -> notices.queue(
                        tx, account.id(), notice(tx, account, Notice.Purpose.ADDRESS_CHANGED, old, letter), now));
    }
}
