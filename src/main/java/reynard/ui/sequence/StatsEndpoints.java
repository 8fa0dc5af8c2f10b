package reynard.ui.sequence;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.enrollment.Standings;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.report.Reports;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences;
import reynard.sequence.Statistics;
import reynard.ui.Desk;
import reynard.ui.Local;
import reynard.ui.Section;
import reynard.ui.Words;

/// What came of a sequence and of each of its emails: rates, day by day, links.
public final class StatsEndpoints {
    private static final int DAYS = 30;
    private static final int LINKS = 50;

    private final Database database;
    private final Sequences sequences;
    private final Standings standings;
    private final Reports reports;
    private final Desk desk;

    public StatsEndpoints(Database database, Sequences sequences, Standings standings, Reports reports, Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
        this.reports = reports;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/sequences/{id}/stats", this::show);
        desk.page(routes, "/sequences/{id}/stats/days", this::days);
    }

    private Reply show(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        var asked = visit.request().id("email").map(SequenceEmailId::new);
        return database.read(tx -> {
            var plan = standings.plan(tx, visit.account(), id);
            if (plan.isEmpty()) {
                return visit.noSuchPage();
            }
            var emails = plan.get().emails().stream()
                    .filter(email -> !email.deleted())
                    .toList();
            var one = asked.flatMap(wanted ->
                    emails.stream().filter(email -> email.id().equals(wanted)).findFirst());
            return asked.isPresent() && one.isEmpty()
                    ? visit.noSuchPage()
                    : visit.page(
                            "ui/sequence/stats.jte", page(tx, visit, plan.get().sequence(), emails, one));
        });
    }

    private StatsPage page(
            Tx tx, Desk.Visit visit, Sequence sequence, List<SequenceEmail> emails, Optional<SequenceEmail> one) {
        var each = sequences.emailStatistics(
                tx, visit.account(), emails.stream().map(SequenceEmail::id).toList());
        var whole = one.map(email -> each.getOrDefault(email.id(), Statistics.NONE))
                .orElseGet(() -> sequences
                        .statistics(tx, visit.account(), List.of(sequence.id()))
                        .getOrDefault(sequence.id(), Statistics.NONE));
        var path = path(sequence.id());
        return new StatsPage(
                visit.frame("Statistics of “" + sequence.settings().name() + "”", Section.SEQUENCES),
                sequence.id().value(),
                sequence.settings().name(),
                one.map(email -> email.id().value()).orElse(0L),
                one.map(email -> email.settings().subject()).orElse(""),
                path + "/days"
                        + one.map(email -> "?email=" + email.id().value()).orElse(""),
                tiles(whole),
                one.isPresent() ? List.of() : rows(emails, each),
                reports.links(tx, visit.account(), sequence.id(), one.map(SequenceEmail::id), LINKS).stream()
                        .map(link -> new StatsPage.Link(
                                link.url(),
                                Words.number(link.readers()),
                                Words.rate(link.readers(), whole.recipients()),
                                Words.number(link.clicks())))
                        .toList());
    }

    private static String path(SequenceId id) {
        return "/sequences/" + id.value() + "/stats";
    }

    private static List<StatsPage.Tile> tiles(Statistics whole) {
        return List.of(
                new StatsPage.Tile("Sent", Words.number(whole.recipients()), ""),
                tile("Opened", whole.opens(), whole),
                tile("Clicked", whole.clicks(), whole),
                tile("Unsubscribed", whole.unsubscribes(), whole),
                tile("Bounced", whole.bounces(), whole),
                tile("Complained", whole.complaints(), whole));
    }

    private static StatsPage.Tile tile(String label, long part, Statistics whole) {
        return new StatsPage.Tile(label, Words.rate(part, whole.recipients()), Words.number(part));
    }

    private static List<StatsPage.Row> rows(List<SequenceEmail> emails, Map<SequenceEmailId, Statistics> each) {
        return emails.stream()
                .map(email -> {
                    var figures = each.getOrDefault(email.id(), Statistics.NONE);
                    return new StatsPage.Row(
                            email.id().value(),
                            email.settings().subject(),
                            Words.number(figures.recipients()),
                            Words.rate(figures.opens(), figures.recipients()),
                            Words.rate(figures.clicks(), figures.recipients()),
                            Words.rate(figures.unsubscribes(), figures.recipients()),
                            Words.rate(figures.bounces(), figures.recipients()));
                })
                .toList();
    }

    /// A page of its own, which the other one fetches: among millions of emails it takes longer than the rest.
    private Reply days(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        var email = visit.request().id("email").map(SequenceEmailId::new);
        return database.read(tx -> sequences
                .find(tx, visit.account(), id)
                .map(sequence -> visit.page("ui/sequence/days.jte", days(tx, visit, sequence, email)))
                .orElseGet(visit::noSuchPage));
    }

    private DaysPage days(Tx tx, Desk.Visit visit, Sequence sequence, Optional<SequenceEmailId> email) {
        var local = visit.local(sequence.settings().timeZone());
        var first = local.date(visit.now()).minusDays(DAYS - 1);
        var starts = new ArrayList<Instant>();
        for (int day = 0; day <= DAYS; day++) {
            starts.add(start(local, first.plusDays(day)));
        }
        var totals = reports.byDay(tx, visit.account(), sequence.id(), email, starts);
        long most = totals.stream().mapToLong(Reports.DayTotals::sent).max().orElse(0);
        var days = new ArrayList<DaysPage.Day>();
        for (int day = 0; day < DAYS; day++) {
            var total = totals.get(day);
            days.add(new DaysPage.Day(
                    local.day(first.plusDays(day)),
                    first.plusDays(day).toString(),
                    Words.number(total.sent()),
                    Words.rate(total.opened(), total.sent()),
                    Words.rate(total.clicked(), total.sent()),
                    Words.number(total.unsubscribed()),
                    height(total.sent(), most),
                    height(total.opened(), most)));
        }
        return new DaysPage(
                visit.frame("Day by day", Section.SEQUENCES),
                sequence.id().value(),
                sequence.settings().name(),
                path(sequence.id()) + email.map(one -> "?email=" + one.value()).orElse(""),
                sequence.settings().timeZone(),
                Words.count(totals.stream().mapToLong(Reports.DayTotals::sent).sum(), "email"),
                days);
    }

    private static Instant start(Local local, LocalDate date) {
        return local.parse(date + "T" + LocalTime.MIDNIGHT).orElseThrow();
    }

    /// What is there is seen.
    private static int height(long part, long most) {
        return part == 0 ? 0 : (int) Math.max(1, 100 * part / most);
    }
}
