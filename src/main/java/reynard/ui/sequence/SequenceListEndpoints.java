package reynard.ui.sequence;

import java.util.Optional;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.enrollment.Census;
import reynard.enrollment.Standings;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.sequence.Sequence;
import reynard.sequence.Sequences;
import reynard.sequence.Statistics;
import reynard.ui.Desk;
import reynard.ui.Section;
import reynard.ui.Words;

/// The list of sequences.
public final class SequenceListEndpoints {
    private static final int ROWS = 50;

    private final Database database;
    private final Sequences sequences;
    private final Standings standings;
    private final Desk desk;

    public SequenceListEndpoints(Database database, Sequences sequences, Standings standings, Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/sequences", this::show);
    }

    private Reply show(Desk.Visit visit) {
        var asked = visit.request().page();
        var request = new PageRequest(asked.after(), asked.before(), ROWS, false);
        return database.read(tx -> {
            var page = sequences.list(tx, visit.account(), request);
            var ids = page.items().stream().map(Sequence::id).toList();
            var counts = sequences.counts(tx, visit.account(), ids);
            var census = standings.census(tx, visit.account(), ids);
            var statistics = sequences.statistics(tx, visit.account(), ids);
            var rows = page.items().stream()
                    .map(sequence -> row(
                            visit,
                            sequence,
                            Optional.ofNullable(counts.get(sequence.id()))
                                    .map(Sequences.Counts::emails)
                                    .orElse(0L),
                            census.getOrDefault(sequence.id(), Census.NONE),
                            statistics.getOrDefault(sequence.id(), Statistics.NONE)))
                    .toList();
            return visit.page(
                    "ui/sequence/list.jte",
                    new SequenceListPage(
                            visit.frame("Sequences", Section.SEQUENCES),
                            rows,
                            PageJson.next(page),
                            PageJson.previous(page)));
        });
    }

    private static SequenceListPage.Row row(
            Desk.Visit visit, Sequence sequence, long emails, Census census, Statistics statistics) {
        var settings = sequence.settings();
        var next = census.nextAt().filter(_ -> settings.active());
        return new SequenceListPage.Row(
                sequence.id().value(),
                settings.name(),
                settings.active(),
                Words.count(emails, "email"),
                Words.number(census.inside()),
                next.map(visit.local(settings.timeZone())::moment).orElse("–"),
                next.map(String::valueOf).orElse(""),
                Words.number(statistics.recipients()),
                Words.rate(statistics.opens(), statistics.recipients()),
                Words.rate(statistics.clicks(), statistics.recipients()));
    }
}
