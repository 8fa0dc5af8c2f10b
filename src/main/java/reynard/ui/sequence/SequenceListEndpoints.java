package reynard.ui.sequence;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.enrollment.Census;
import reynard.enrollment.Standings;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SequenceId;
import reynard.sequence.Sequence;
import reynard.sequence.Sequences;
import reynard.sequence.Statistics;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Section;
import reynard.ui.Words;

/// The list of sequences.
public final class SequenceListEndpoints {
    private static final int ROWS = 50;

    private final Database database;
    private final Sequences sequences;
    private final Standings standings;
    private final Figures figures;
    private final Desk desk;

    public SequenceListEndpoints(
            Database database, Sequences sequences, Standings standings, Figures figures, Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/sequences", this::show);
    }

    private Reply show(Desk.Visit visit) {
        var asked = visit.request().page();
        var request = new PageRequest(asked.after(), asked.before(), ROWS, false);
        var page = database.read(tx -> sequences.list(tx, visit.account(), request));
        var ids = page.items().stream().map(Sequence::id).toList();
        var counted = figures.get(visit.account(), Counted.class, ids.hashCode(), () -> count(visit, ids));
        if (counted.isEmpty()) {
            return visit.counting("Sequences", Section.SEQUENCES);
        }
        var rows = page.items().stream()
                .map(sequence -> row(
                        visit,
                        sequence,
                        Optional.ofNullable(counted.get().counts().get(sequence.id()))
                                .map(Sequences.Counts::emails)
                                .orElse(0L),
                        counted.get().census().getOrDefault(sequence.id(), Census.NONE),
                        counted.get().statistics().getOrDefault(sequence.id(), Statistics.NONE)))
                .toList();
        return visit.page(
                "ui/sequence/list.jte",
                new SequenceListPage(
                        visit.frame("Sequences", Section.SEQUENCES),
                        rows,
                        PageJson.next(page),
                        PageJson.previous(page)));
    }

    /// What takes long to count where there is much of it.
    private record Counted(
            Map<SequenceId, Sequences.Counts> counts,
            Map<SequenceId, Census> census,
            Map<SequenceId, Statistics> statistics) {}

    private Counted count(Desk.Visit visit, List<SequenceId> ids) {
        return database.read(tx -> new Counted(
                sequences.counts(tx, visit.account(), ids),
                standings.census(tx, visit.account(), ids),
                sequences.statistics(tx, visit.account(), ids)));
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
