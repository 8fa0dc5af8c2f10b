package reynard.reader;

import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.consent.Consents;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.enrollment.Enrollments;
import reynard.enrollment.Standings;
import reynard.event.Event.Departure;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.SequenceId;
import reynard.mail.EmailAddress;
import reynard.page.AskPage;
import reynard.page.DonePage;
import reynard.page.Language;
import reynard.page.Templates;
import reynard.page.Texts;
import reynard.person.People;
import reynard.sequence.Sequences;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.subscriber.Wish;

/// The way out that every email shows: one click for mail programs (RFC 8058), a page with buttons for people. Only
/// POST changes anything; mail scanners follow every link with GET. The link is all that it takes, and never expires.
public final class LeavingEndpoints {
    private static final int ADDRESS_SHOWN = 100;
    private static final int AGENT_MAX = 500;

    private final Database database;
    private final Accounts accounts;
    private final Deliveries deliveries;
    private final Subscribers subscribers;
    private final Sequences sequences;
    private final Enrollments enrollments;
    private final Standings standings;
    private final People people;
    private final AddressChanges addresses;
    private final InstantSource clock;

    public LeavingEndpoints(
            Database database,
            Accounts accounts,
            Deliveries deliveries,
            Subscribers subscribers,
            Sequences sequences,
            Enrollments enrollments,
            Standings standings,
            People people,
            AddressChanges addresses,
            InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.deliveries = deliveries;
        this.subscribers = subscribers;
        this.sequences = sequences;
        this.enrollments = enrollments;
        this.standings = standings;
        this.people = people;
        this.addresses = addresses;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.open(Routes.Verb.GET, "/u/{account}/{token}", request -> reply(request, this::show));
        routes.open(Routes.Verb.POST, "/u/{account}/{token}", request -> reply(request, this::leave));
        routes.open(Routes.Verb.POST, "/u/{account}/{token}/sequence", request -> reply(request, this::leaveSequence));
        routes.open(
                Routes.Verb.POST,
                "/u/{account}/{token}/fewer",
                request -> reply(request, reader -> fewer(reader, request)));
        routes.open(
                Routes.Verb.POST,
                "/u/{account}/{token}/address",
                request -> reply(request, reader -> changeAddress(reader, request)));
        routes.open(Routes.Verb.GET, "/address/{account}/{token}", this::askAddress);
        routes.open(Routes.Verb.POST, "/address/{account}/{token}", this::confirmAddress);
    }

    /// Whoever holds the link: the reader of one email of one account.
    private record Reader(Account account, Subscriber subscriber, String token, Texts texts) {
        String path() {
            return "/u/" + account.token() + "/" + token;
        }

        Reply done(String heading, String sentence) {
            var page = new DonePage(texts, heading, sentence, Optional.of(path()));
            return Reply.html(200, Templates.render("page/done.jte", page));
        }
    }

    static Texts texts(Request request) {
        return Texts.in(Language.preferred(request.header("Accept-Language").orElse("")));
    }

    static Reply unknown(Texts texts) {
        var page = new DonePage(texts, texts.get("unknown.heading"), texts.get("unknown.explained"), Optional.empty());
        return Reply.html(404, Templates.render("page/done.jte", page));
    }

    private Reply reply(Request request, Function<Reader, Reply> answer) {
        var token = request.pathText("token");
        var texts = texts(request);
        var account = accounts.findByToken(request.pathText("account")).flatMap(accounts::find);
        return account.flatMap(known -> deliveries
                        .subscriberOf(known.id(), token)
                        .flatMap(id -> subscribers.find(known.id(), id))
                        .map(subscriber -> new Reader(known, subscriber, token, texts)))
                .map(answer)
                .or(() -> account.filter(known -> people.wasSent(known.id(), token))
                        .map(known -> left(texts, known)))
                .orElseGet(() -> unknown(texts));
    }

    private Reply show(Reader reader) {
        return isGone(reader.subscriber()) ? left(reader) : show(reader, 200, Optional.empty());
    }

    private Reply show(Reader reader, int status, Optional<String> fault) {
        var page = database.inTx(tx -> new LeavingPage(
                reader.texts(),
                reader.path(),
                reader.account().name(),
                LeavingPage.hidden(reader.subscriber().emailAddress()),
                sequence(tx, reader).map(this.name(tx, reader)),
                wish(tx, reader),
                fault));
        return Reply.html(status, Templates.render("reader/leave.jte", page));
    }

    private static boolean isGone(Subscriber subscriber) {
        return switch (subscriber.state()) {
            case ACTIVE, INACTIVE -> false;
            case CANCELLED, BOUNCED, COMPLAINED -> true;
        };
    }

    /// The sequence that the email is of, if the reader has more of it to come.
    private Optional<SequenceId> sequence(Tx tx, Reader reader) {
        var account = reader.account().id();
        return deliveries
                .sequenceOf(tx, account, reader.token())
                .filter(id -> standings
                        .find(tx, account, id, reader.subscriber().id())
                        .filter(enrollment -> !enrollment.progress().isOver())
                        .isPresent());
    }

    private Function<SequenceId, String> name(Tx tx, Reader reader) {
        return id -> sequences
                .findEvenDeleted(tx, reader.account().id(), id)
                .orElseThrow()
                .settings()
                .name();
    }

    private Optional<Wish> wish(Tx tx, Reader reader) {
        var id = reader.subscriber().id();
        return Optional.ofNullable(subscribers
                        .wishes(tx, reader.account().id(), List.of(id))
                        .get(id))
                .filter(wish -> !(wish instanceof Wish.Pause(var until)) || until.isAfter(clock.instant()));
    }

    /// Nothing in the body matters: the link says who and what.
    private Reply leave(Reader reader) {
        var account = reader.account().id();
        var now = clock.instant();
        database.useTx(tx -> {
            if (subscribers.leave(tx, account, reader.subscriber().id(), Departure.UNSUBSCRIBED, "", now)) {
                deliveries.left(tx, account, reader.token(), Departure.UNSUBSCRIBED, now);
            }
        });
        return left(reader);
    }

    private static Reply left(Reader reader) {
        return left(reader.texts(), reader.account());
    }

    private static Reply left(Texts texts, Account account) {
        var page = new DonePage(
                texts, texts.get("left.heading"), texts.get("left.explained", account.name()), Optional.empty());
        return Reply.html(200, Templates.render("page/done.jte", page));
    }

    /// Who is not in it any more is answered the same: it is what they want.
    private Reply leaveSequence(Reader reader) {
        var account = reader.account().id();
        var sequence = database.inTx(tx -> deliveries.sequenceOf(tx, account, reader.token()));
        if (sequence.isEmpty()) {
            return unknown(reader.texts());
        }
        enrollments.remove(account, sequence.get(), reader.subscriber().id());
        var name = database.inTx(tx -> name(tx, reader).apply(sequence.get()));
        return reader.done(
                reader.texts().get("leftSequence.heading"), reader.texts().get("leftSequence.explained", name));
    }

    private Reply fewer(Reader reader, Request request) {
        var pace = request.form().getOrDefault("pace", List.of("")).getFirst();
        return switch (pace) {
            case "weekly" ->
                fewer(reader, Optional.of(new Wish.Weekly()), reader.texts().get("fewerDone.weekly"));
            case "pause" -> {
                var until = clock.instant().plus(Wish.PAUSE);
                yield fewer(
                        reader,
                        Optional.of(new Wish.Pause(until)),
                        reader.texts().get("fewerDone.pause", day(reader).format(until)));
            }
            case "planned" -> fewer(reader, Optional.empty(), reader.texts().get("fewerDone.planned"));
            // A form of somebody else's, or none at all.
            default -> show(reader);
        };
    }

    private Reply fewer(Reader reader, Optional<Wish> wish, String sentence) {
        if (reader.subscriber().state() != SubscriberState.ACTIVE) {
            return show(reader);
        }
        database.useTx(tx ->
                subscribers.wish(tx, reader.account().id(), reader.subscriber().id(), wish));
        return reader.done(reader.texts().get("fewerDone.heading"), sentence);
    }

    private static DateTimeFormatter day(Reader reader) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(reader.texts().language().locale())
                .withZone(ZoneId.of(reader.account().timeZone()));
    }

    private Reply changeAddress(Reader reader, Request request) {
        if (isGone(reader.subscriber())) {
            return left(reader);
        }
        var wanted =
                request.form().getOrDefault("email", List.of("")).getFirst().strip();
        var email = EmailAddress.parse(wanted);
        if (email.isEmpty()) {
            return show(reader, 422, Optional.of(wanted.substring(0, Math.min(wanted.length(), ADDRESS_SHOWN))));
        }
        addresses.ask(reader.account(), reader.subscriber(), email.get(), reader.texts());
        return reader.done(
                reader.texts().get("addressSent.heading"),
                reader.texts().get("addressSent.explained", email.get().value()));
    }

    private Reply askAddress(Request request) {
        var texts = texts(request);
        return asked(request)
                .map(asked -> asked.change().confirmedAt().isPresent()
                        ? changed(asked, texts)
                        : Reply.html(200, Templates.render("page/ask.jte", question(asked, texts, request))))
                .orElseGet(() -> unknown(texts));
    }

    private static AskPage question(AddressChanges.Asked asked, Texts texts, Request request) {
        return new AskPage(
                texts,
                texts.get("newAddress.heading"),
                texts.get(
                        "newAddress.explained",
                        asked.account().name(),
                        asked.change().newAddress()),
                request.pathAndQuery(),
                texts.get("newAddress.button"));
    }

    private Reply confirmAddress(Request request) {
        var texts = texts(request);
        return asked(request)
                .map(asked -> addresses.confirm(asked, visit(question(asked, texts, request), request), texts)
                        ? changed(asked, texts)
                        : done(
                                texts,
                                texts.get("newAddressTaken.heading"),
                                texts.get(
                                        "newAddressTaken.explained",
                                        asked.account().name())))
                .orElseGet(() -> unknown(texts));
    }

    private Optional<AddressChanges.Asked> asked(Request request) {
        return addresses.asked(request.pathText("account"), request.pathText("token"));
    }

    private Consents.Visit visit(AskPage shown, Request request) {
        return new Consents.Visit(
                Optional.of(shown.heading() + "\n" + shown.sentence() + "\n" + shown.button()),
                // Without its token, which opens it.
                Optional.of("/address/" + request.pathText("account")),
                Optional.of(request.address()),
                request.header("User-Agent").map(agent -> agent.substring(0, Math.min(agent.length(), AGENT_MAX))),
                clock.instant());
    }

    private static Reply changed(AddressChanges.Asked asked, Texts texts) {
        return done(
                texts,
                texts.get("newAddressDone.heading"),
                texts.get(
                        "newAddressDone.explained",
                        asked.account().name(),
                        asked.change().newAddress()));
    }

    private static Reply done(Texts texts, String heading, String sentence) {
        return Reply.html(
                200, Templates.render("page/done.jte", new DonePage(texts, heading, sentence, Optional.empty())));
    }
}
