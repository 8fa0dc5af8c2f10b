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
import reynard.ui.Figures;
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
    private final Figures figures;
    private final Desk desk;

    public StatsEndpoints(
            Database database, Sequences sequences, Standings standings, Reports reports, Figures figures, Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
        this.reports = reports;
        this.figures = figures;
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
            var sequence = plan.get().sequence();
            return asked.isPresent() && one.isEmpty()
                    ? visit.noSuchPage()
                    : counted(visit, id, emails)
                            .map(counted -> visit.page(
                                    "ui/sequence/stats.jte", page(tx, visit, sequence, emails, one, counted)))
                            .orElseGet(() -> visit.counting(
                                    "Statistics of “" + sequence.settings().name() + "”", Section.SEQUENCES));
        });
    }

    /// Of a sequence's emails, and of all that it ever had.
    private record Counted(Map<SequenceEmailId, Statistics> each, Statistics whole, Instant at) {}

    private Optional<Counted> counted(Desk.Visit visit, SequenceId sequence, List<SequenceEmail> emails) {
        var account = visit.account();
        var now = visit.now();
        return figures.get(
                account,
                Counted.class,
                sequence.value(),
                () -> database.read(tx -> new Counted(
                        sequences.emailStatistics(
                                tx,
                                account,
                                emails.stream().map(SequenceEmail::id).toList()),
                        sequences.statistics(tx, account, List.of(sequence)).getOrDefault(sequence, Statistics.NONE),
                        now)));
    }

    private StatsPage page(
            Tx tx,
            Desk.Visit visit,
            Sequence sequence,
            List<SequenceEmail> emails,
            Optional<SequenceEmail> one,
            Counted counted) {
        var each = counted.each();
        var whole =
                one.map(email -> each.getOrDefault(email.id(), Statistics.NONE)).orElse(counted.whole());
        var path = path(sequence.id());
        return new StatsPage(
                visit.frame("Statistics of “" + sequence.settings().name() + "”", Section.SEQUENCES),
                sequence.id().value(),
                sequence.settings().name(),
                one.map(email -> email.id().value()).orElse(0L),
                one.map(email -> email.settings().subject()).orElse(""),
                path + "/days"
                        + one.map(email -> "?email=" + email.id().value()).orElse(""),
                visit.local().exact(counted.at()),
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
                .map(sequence -> visit.page("ui/sequence/days.jte", days(visit, sequence, email)))
                .orElseGet(visit::noSuchPage));
    }

    /// @param first the day that the list begins with
    private record CountedDays(LocalDate first, List<Reports.DayTotals> days, Instant at) {}

    private DaysPage days(Desk.Visit visit, Sequence sequence, Optional<SequenceEmailId> email) {
        var local = visit.local(sequence.settings().timeZone());
        var account = visit.account();
        var now = visit.now();
        var first = local.date(now).minusDays(DAYS - 1);
        long of = email.map(SequenceEmailId::value).orElse(sequence.id().value());
        var counted = figures.get(
                account,
                CountedDays.class,
                of,
                () -> database.read(tx -> new CountedDays(
                        first, reports.byDay(tx, account, sequence.id(), email, starts(local, first)), now)));
        return counted.map(found -> days(visit, sequence, email, found))
                .orElseGet(() -> days(visit, sequence, email, new CountedDays(first, List.of(), now)));
    }

    private static List<Instant> starts(Local local, LocalDate first) {
        var starts = new ArrayList<Instant>();
        for (int day = 0; day <= DAYS; day++) {
            starts.add(start(local, first.plusDays(day)));
        }
        return starts;
    }

    private static DaysPage days(
            Desk.Visit visit, Sequence sequence, Optional<SequenceEmailId> email, CountedDays counted) {
        var local = visit.local(sequence.settings().timeZone());
        var first = counted.first();
        var totals = counted.days();
        long most = totals.stream().mapToLong(Reports.DayTotals::sent).max().orElse(0);
        var days = new ArrayList<DaysPage.Day>();
        for (int day = 0; day < totals.size(); day++) {
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
                visit.local().exact(counted.at()),
                path(sequence.id()) + "/days"
                        + email.map(one -> "?email=" + one.value()).orElse(""),
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
