package reynard.access;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Supplier;
import reynard.account.Accounts;
import reynard.account.Secrets;
import reynard.account.User;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Notice;
import reynard.delivery.Notices;
import reynard.id.AccountId;
import reynard.mail.EmailAddress;

/// Forgotten passwords: a link goes to the address that somebody logs in with. It works once and for an hour, and of
/// its
/// token only a hash is kept. Whether anybody has the address is not told.
public final class Resets {
    private static final Duration VALID_FOR = Duration.ofHours(1);
    private static final Ration FOR_ONE_AUTHOR = new Ration(3, Duration.ofHours(1));
    private static final Ration FROM_ONE_ADDRESS = new Ration(20, Duration.ofHours(1));

    private final ResetStore store = new ResetStore();
    private final Database database;
    private final Accounts accounts;
    private final Sessions sessions;
    private final Notices notices;
    private final Rations rations;
    private final Supplier<String> publicUrl;
    private final InstantSource clock;

    /// @param publicUrl what strangers reach this server by, without a slash at its end
    public Resets(
            Database database,
            Accounts accounts,
            Sessions sessions,
            Notices notices,
            Rations rations,
            Supplier<String> publicUrl,
            InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.sessions = sessions;
        this.notices = notices;
        this.rations = rations;
        this.publicUrl = publicUrl;
        this.clock = clock;
    }

    /// Sends the link if somebody has this address, and does as if in any case.
    ///
    /// @param address where the wish comes from
    /// @return whether it was not wished for too often
    boolean ask(String email, String address) {
        var now = clock.instant();
        var author = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Secrets.sha256(email.strip().toLowerCase(Locale.ROOT)));
        if (rations.take("reset from:" + Rations.network(address), FROM_ONE_ADDRESS, now)
                        instanceof Rations.Taking.Refused
                || rations.take("reset of:" + author, FOR_ONE_AUTHOR, now) instanceof Rations.Taking.Refused) {
            return false;
        }
        database.useTx(tx -> accounts.findWorking(tx, email.strip()).ifPresent(shown -> {
            var token = Secrets.token();
            store.put(tx, shown.user().id(), Secrets.sha256(token), now.plus(VALID_FOR));
            send(tx, shown.account(), shown.user(), publicUrl.get() + "/login/reset/" + token);
        }));
        return true;
    }

    private void send(Tx tx, AccountId account, User user, String link) {
        EmailAddress.parse(user.emailAddress())
                .ifPresent(to -> notices.queue(
                        tx,
                        account,
                        new Notice(
                                Notice.Purpose.PASSWORD_RESET,
                                to,
                                accounts.sendingAddresses(tx, account).getFirst(),
                                "Choose a new password",
                                "<p>Somebody has asked for a new password for " + user.emailAddress()
                                        + ". If that was you, choose it here within an hour:</p><p><a href=\"" + link
                                        + "\">" + link + "</a></p><p>If not, do nothing: your password stays.</p>",
                                "Somebody has asked for a new password for " + user.emailAddress()
                                        + ". If that was you, choose it here within an hour:\n\n" + link
                                        + "\n\nIf not, do nothing: your password stays.\n",
                                VALID_FOR),
                        clock.instant()));
    }

    boolean isOpen(String token) {
        return database.inTx(tx -> store.find(tx, Secrets.sha256(token), clock.instant()))
                .isPresent();
    }

    /// Every session ends: whoever knew the old password is out.
    ///
    /// @return whether the link was open
    boolean change(String token, String password) {
        var hash = Secrets.sha256(token);
        return database.inTx(tx -> {
            var user = store.find(tx, hash, clock.instant()).filter(found -> store.delete(tx, found));
            user.ifPresent(found -> {
                accounts.setPassword(tx, found, password);
                sessions.endAll(tx, found);
            });
            return user.isPresent();
        });
    }
}
