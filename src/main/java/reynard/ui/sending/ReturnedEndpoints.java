package reynard.ui.sending;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import reynard.bounce.Bounces;
import reynard.bounce.KeptReport;
import reynard.bounce.ReportFilter;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.feedback.Verdict;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SubscriberId;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;

/// Bounces and complaints, newest first.
public final class ReturnedEndpoints {
    private static final String HOME = "/sending/returned";
    private static final int ROWS = 50;

    private final Database database;
    private final Bounces bounces;
    private final Subscribers subscribers;
    private final Desk desk;

    public ReturnedEndpoints(Database database, Bounces bounces, Subscribers subscribers, Desk desk) {
        this.database = database;
        this.bounces = bounces;
        this.subscribers = subscribers;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, HOME, this::show);
    }

    private Reply show(Desk.Visit visit) {
        var asked = visit.request().page();
        var wanted = visit.request().oneOf("verdict", Verdict.NAMES);
        var verdict = wanted.flatMap(name -> Stream.of(Verdict.values())
                .filter(one -> one.wireName().equals(name))
                .findFirst());
        var page = bounces.list(
                visit.account(),
                new ReportFilter(verdict, Optional.empty(), Optional.empty()),
                new PageRequest(asked.after(), asked.before(), ROWS, false));
        var people = database.read(tx -> subscribers.findAll(
                tx,
                visit.account(),
                page.items().stream()
                        .flatMap(report -> report.subscriber().stream())
                        .toList()));
        return visit.page(
                "ui/sending/returned.jte",
                new ReturnedPage(
                        visit.frame("Came back", Section.SENDING),
                        Form.filled(Map.of("verdict", wanted.orElse(""))),
                        Stream.of(Verdict.values())
                                .filter(Verdict::isEvidence)
                                .map(one -> new Option(one.wireName(), label(one)))
                                .toList(),
                        page.items().stream()
                                .map(report -> row(visit, report, people))
                                .toList(),
                        wanted.map(name -> HOME + "?verdict=" + name).orElse(HOME),
                        PageJson.next(page),
                        PageJson.previous(page)));
    }

    private static ReturnedPage.Row row(Desk.Visit visit, KeptReport report, Map<SubscriberId, Subscriber> people) {
        var person = report.subscriber().flatMap(id -> Optional.ofNullable(people.get(id)));
        return new ReturnedPage.Row(
                report.delivery().value(),
                person.map(Subscriber::emailAddress).or(report::recipient).orElse("somebody who is deleted"),
                person.map(found -> found.id().value()).orElse(0L),
                label(report.verdict()),
                tone(report.verdict()),
                report.status().orElse(""),
                report.diagnostic(),
                visit.local().moment(report.receivedAt()));
    }

    private static String label(Verdict verdict) {
        return switch (verdict) {
            case HARD -> "No such mailbox";
            case UNSURE -> "Refused, unclear why";
            case SOFT -> "Full or away";
            case BLOCKED -> "Sender refused";
            case CONTENT -> "Content refused";
            case OURS -> "Spoken wrongly";
            case COMPLAINT -> "Called spam";
            case NOT_SPAM -> "Called no spam";
            case DELAYED -> "Delayed";
            case DELIVERED -> "Delivered";
            case AUTO_REPLY -> "A machine’s answer";
            case UNKNOWN -> "Unknown";
        };
    }

    private static String tone(Verdict verdict) {
        return switch (verdict) {
            case HARD, COMPLAINT -> "bad";
            case UNSURE, SOFT, BLOCKED, CONTENT, OURS -> "warn";
            case NOT_SPAM, DELIVERED -> "good";
            case DELAYED, AUTO_REPLY, UNKNOWN -> "";
        };
    }
}
