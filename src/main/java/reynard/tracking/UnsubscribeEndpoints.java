package reynard.tracking;

import java.time.InstantSource;
import java.util.Optional;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.delivery.Deliveries;
import reynard.event.Event.Departure;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.SubscriberId;
import reynard.page.Language;
import reynard.page.Templates;
import reynard.page.Texts;
import reynard.subscriber.Subscribers;

/// The way out that every email shows: one click for mail programs (RFC 8058), a page with a button for people. Only
/// POST changes anything; mail scanners follow every link with GET.
public final class UnsubscribeEndpoints {
    private final Database database;
    private final Accounts accounts;
    private final Deliveries deliveries;
    private final Subscribers subscribers;
    private final InstantSource clock;

    public UnsubscribeEndpoints(
            Database database, Accounts accounts, Deliveries deliveries, Subscribers subscribers, InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.deliveries = deliveries;
        this.subscribers = subscribers;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.open(Routes.Verb.GET, "/u/{account}/{token}", this::ask);
        routes.open(Routes.Verb.POST, "/u/{account}/{token}", this::leave);
    }

    /// Whoever holds the link: the reader of one email of one account.
    private record Reader(Account account, SubscriberId subscriber) {}

    private Optional<Reader> reader(Request request) {
        return accounts.findByToken(request.pathText("account"))
                .flatMap(id -> accounts.find(id)
                        .flatMap(account -> deliveries
                                .subscriberOf(id, request.pathText("token"))
                                .map(subscriber -> new Reader(account, subscriber))));
    }

    private Reply ask(Request request) {
        return reader(request)
                .map(reader -> Reply.html(200, Templates.render("reader/leave.jte", page(request, reader))))
                .orElseGet(() -> unknown(request));
    }

    private Reply leave(Request request) {
        return reader(request)
                .map(reader -> {
                    leave(reader, request.pathText("token"));
                    return Reply.html(200, Templates.render("reader/left.jte", page(request, reader)));
                })
                .orElseGet(() -> unknown(request));
    }

    private void leave(Reader reader, String token) {
        var account = reader.account().id();
        var now = clock.instant();
        database.useTx(tx -> {
            if (subscribers.leave(tx, account, reader.subscriber(), Departure.UNSUBSCRIBED, "", now)) {
                deliveries.left(tx, account, token, Departure.UNSUBSCRIBED, now);
            }
        });
    }

    private static LeavingPage page(Request request, Reader reader) {
        return new LeavingPage(texts(request), reader.account().name());
    }

    private static Texts texts(Request request) {
        return Texts.in(Language.preferred(request.header("Accept-Language").orElse("")));
    }

    private static Reply unknown(Request request) {
        return Reply.html(404, Templates.render("reader/unknown.jte", texts(request)));
    }
}
