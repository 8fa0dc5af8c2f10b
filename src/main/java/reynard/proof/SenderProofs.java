package reynard.proof;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.Secrets;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Notice;
import reynard.delivery.Notices;
import reynard.id.AccountId;
import reynard.mail.EmailAddress;
import reynard.template.HtmlText;

/// Asks whether a sending address is the author's: a link with a random token goes to it, and whoever holds the link
/// says so. Of the token only a hash is kept.
public final class SenderProofs {
    static final Duration VALID_FOR = Duration.ofDays(7);

    private final SenderProofStore store = new SenderProofStore();
    private final Database database;
    private final Accounts accounts;
    private final Notices notices;
    private final Supplier<String> publicUrl;

    /// @param publicUrl what strangers reach this server by, without a slash at its end
    public SenderProofs(Database database, Accounts accounts, Notices notices, Supplier<String> publicUrl) {
        this.database = database;
        this.accounts = accounts;
        this.notices = notices;
        this.publicUrl = publicUrl;
    }

    /// Sends the link. One that was sent before does not count any more.
    void ask(Tx tx, AccountId account, SendingAddress address, Instant now) {
        var token = Secrets.token();
        store.put(tx, account, address.id(), Secrets.sha256(token), now, now.plus(VALID_FOR));
        var owner = accounts.get(tx, account);
        var link = publicUrl.get() + "/sender/" + owner.token() + "/" + token;
        var html = "<p>Somebody wants to send email of <strong>" + HtmlText.escape(owner.name()) + "</strong> from "
                + HtmlText.escape(address.emailAddress()) + ".</p><p>If that was you, confirm it here: <a href=\""
                + HtmlText.escape(link) + "\">" + HtmlText.escape(link)
                + "</a></p><p>If not, do nothing. The link holds for seven days.</p>";
        notices.queue(
                tx,
                account,
                new Notice(
                        Notice.Purpose.VERIFICATION,
                        EmailAddress.parse(address.emailAddress()).orElseThrow(),
                        accounts.sendingAddresses(tx, account).getFirst(),
                        "Confirm that you send from " + address.emailAddress(),
                        html,
                        HtmlText.of(html),
                        Duration.ofHours(24)),
                now);
    }

    /// What a link asks about.
    ///
    /// @param address may be verified already
    record Asked(Account account, SendingAddress address) {}

    /// Empty when nobody was sent this link, when a newer one was, or when it is too old.
    Optional<Asked> asked(String accountToken, String token, Instant now) {
        return accounts.findByToken(accountToken).flatMap(id -> database.inTx(tx -> asked(tx, id, token, now)));
    }

    private Optional<Asked> asked(Tx tx, AccountId id, String token, Instant now) {
        return store.find(tx, id, Secrets.sha256(token), now)
                .flatMap(address -> accounts.findSendingAddress(tx, id, address))
                .map(address -> new Asked(accounts.get(tx, id), address));
    }

    /// Whoever holds the link has said yes. A second time changes nothing.
    Optional<Asked> confirm(String accountToken, String token, Instant now) {
        return accounts.findByToken(accountToken)
                .flatMap(id -> database.inTx(tx -> {
                    var asked = asked(tx, id, token, now);
                    asked.ifPresent(
                            found -> accounts.verify(tx, id, found.address().id(), now));
                    return asked;
                }));
    }
}
