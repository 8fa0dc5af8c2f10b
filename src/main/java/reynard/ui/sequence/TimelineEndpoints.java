package reynard.ui.sequence;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.enrollment.Census;
import reynard.enrollment.Plan;
import reynard.enrollment.Standings;
import reynard.foresight.Edits;
import reynard.foresight.Forecast;
import reynard.foresight.Impact.Policy;
import reynard.foresight.Journey;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.schedule.Delay;
import reynard.sequence.CatchUp;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences;
import reynard.sequence.Statistics;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Form;
import reynard.ui.Local;
import reynard.ui.Section;
import reynard.ui.Words;

/// The timeline of a sequence, and what can be done on it: pause and resume, publish and take back, move, delete.
public final class TimelineEndpoints {
    private final Database database;
    private final Sequences sequences;
    private final Standings standings;
    private final Forecast forecast;
    private final Edits edits;
    private final Figures figures;
    private final AskingEndpoints asking;
    private final PublishingEndpoints publishing;
    private final Desk desk;

    public TimelineEndpoints(
            Database database,
            Sequences sequences,
            Standings standings,
            Forecast forecast,
            Edits edits,
            Figures figures,
            Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
        this.forecast = forecast;
        this.edits = edits;
        this.figures = figures;
        this.asking = new AskingEndpoints(database);
        this.publishing = new PublishingEndpoints(database, edits);
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/sequences/{id}", this::show);
        desk.form(routes, "/sequences/{id}/active", this::switchActive);
        desk.form(routes, "/sequences/{id}/order", this::order);
        desk.form(routes, "/sequences/{id}/emails/{email_id}/published", this::switchPublished);
        desk.form(routes, "/sequences/{id}/emails/{email_id}/move", this::move);
        desk.form(routes, "/sequences/{id}/emails/{email_id}/delete", this::delete);
    }

    private Reply show(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        var joins = visit.request().query("joins");
        var found = database.read(tx -> standings.plan(tx, visit.account(), id));
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var plan = found.get();
        var emails = plan.emails().stream().map(SequenceEmail::id).toList();
        var counted = figures.get(visit.account(), Counted.class, id.value(), () -> count(visit, id, emails));
        if (counted.isEmpty()) {
            return visit.counting(plan.sequence().settings().name(), Section.SEQUENCES);
        }
        var local = visit.local(plan.sequence().settings().timeZone());
        var entry = joins.flatMap(local::parse).orElse(visit.now());
        return visit.page(
                "ui/sequence/timeline.jte",
                page(
                        visit,
                        plan,
                        entry,
                        local,
                        counted.get().census(),
                        counted.get().statistics(),
                        counted.get().nextDay()));
    }

    /// What takes long to count where there is much of it.
    private record Counted(
            Census census, Map<SequenceEmailId, Statistics> statistics, Map<SequenceEmailId, Long> nextDay) {}

    private Counted count(Desk.Visit visit, SequenceId id, List<SequenceEmailId> emails) {
        var nextDay = nextDay(visit, id);
        return database.read(tx -> new Counted(
                standings.census(tx, visit.account(), List.of(id)).getOrDefault(id, Census.NONE),
                sequences.emailStatistics(tx, visit.account(), emails),
                nextDay));
    }

    /// How many of each email go out within a day.
    private Map<SequenceEmailId, Long> nextDay(Desk.Visit visit, SequenceId id) {
        var counts = new HashMap<SequenceEmailId, Long>();
        forecast.of(visit.account(), id, Duration.ofDays(1), visit.now())
                .ifPresent(rows -> rows.forEach(row -> counts.merge(row.email(), row.count(), Long::sum)));
        return counts;
    }

    private static TimelinePage page(
            Desk.Visit visit,
            Plan plan,
            Instant entry,
            Local local,
            Census census,
            Map<SequenceEmailId, Statistics> statistics,
            Map<SequenceEmailId, Long> nextDay) {
        var sequence = plan.sequence();
        var settings = sequence.settings();
        var stops = new HashMap<SequenceEmailId, Instant>();
        Journey.of(plan, entry).forEach(stop -> stops.put(stop.email(), stop.at()));
        var emails = plan.emails().stream().filter(email -> !email.deleted()).toList();
        var mails = new ArrayList<TimelinePage.Mail>();
        for (int i = 0; i < emails.size(); i++) {
            mails.add(mail(
                    emails.get(i),
                    i,
                    emails.size(),
                    Optional.ofNullable(stops.get(emails.get(i).id())),
                    entry,
                    local,
                    census,
                    statistics.getOrDefault(emails.get(i).id(), Statistics.NONE),
                    nextDay.getOrDefault(emails.get(i).id(), 0L)));
        }
        return new TimelinePage(
                visit.frame(settings.name(), Section.SEQUENCES),
                sequence.id().value(),
                settings.name(),
                settings.active(),
                sequence.pausedAt().map(local::moment).orElse(""),
                Words.days(settings.sendDays()) + " at " + Words.hour(settings.sendHour()),
                settings.timeZone(),
                local.field(entry),
                local.moment(entry),
                new TimelinePage.Numbers(
                        Words.number(census.inside()),
                        Words.number(census.pending()),
                        Words.number(census.completed()),
                        Words.number(census.cancelled() + census.removed()),
                        Words.number(nextDay.values().stream()
                                .mapToLong(Long::longValue)
                                .sum()),
                        settings.active() ? census.nextAt().map(local::moment).orElse("–") : "–"),
                mails,
                settings.hold()
                        ? "Those who have had everything stay and get what is added later."
                        : "Those who have had everything have completed the sequence.");
    }

    private static TimelinePage.Mail mail(
            SequenceEmail email,
            int index,
            int count,
            Optional<Instant> at,
            Instant entry,
            Local local,
            Census census,
            Statistics statistics,
            long nextDay) {
        var settings = email.settings();
        return new TimelinePage.Mail(
                email.id().value(),
                settings.subject(),
                settings.published(),
                index == 0,
                index == count - 1,
                index + 1,
                wait(settings.delay(), index == 0, settings.sendDays().map(Words::days)),
                at.map(instant -> "Day " + ChronoUnit.DAYS.between(local.date(entry), local.date(instant)))
                        .orElse(""),
                at.map(instant -> local.day(instant) + ", " + local.time(instant))
                        .orElse(""),
                at.map(Instant::toString).orElse(""),
                settings.published()
                        ? "No date: no day is allowed on which it could go"
                        : "A draft: readers step over it",
                Words.number(census.before().getOrDefault(email.id(), 0L)),
                Words.number(nextDay),
                Words.number(statistics.recipients()),
                Words.rate(statistics.opens(), statistics.recipients()),
                Words.rate(statistics.clicks(), statistics.recipients()),
                Words.number(statistics.unsubscribes()));
    }

    private static String wait(Delay delay, boolean first, Optional<String> days) {
        var after = first ? "after joining" : "later";
        var only = days.map(list -> ", only " + list).orElse("");
        return switch (delay) {
            case Delay.Immediate _ -> (first ? "At once" : "At the next send hour") + only;
            case Delay.Hours _ -> Words.delay(delay) + " " + after;
            case Delay.Days _ -> Words.delay(delay) + " " + after + only;
        };
    }

    private Optional<Sequence> sequence(Desk.Visit visit, SequenceId id) {
        return database.read(tx -> sequences.find(tx, visit.account(), id));
    }

    private Reply switchActive(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", SequenceId::new);
        boolean on = form.value("to").equals("on");
        var found = sequence(visit, id);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var settings = found.get().settings();
        var back = form.value("back").equals("list") ? "/sequences" : AskingEndpoints.home(id);
        if (!on) {
            // Whoever wants to stop is not asked anything first.
            database.useTx(tx -> sequences.update(tx, visit.account(), id, current -> current.active(false)));
            return visit.done(back, "“" + settings.name() + "” is paused. Everyone keeps their place.");
        }
        boolean resuming = !settings.active();
        return asking.ask(
                visit,
                form,
                new AskingEndpoints.Wish(
                        "Resume “" + settings.name() + "”",
                        settings.name(),
                        settings.timeZone(),
                        back,
                        AskingEndpoints.home(id) + "/active",
                        "Resume",
                        found.get().handling().catchUp() instanceof CatchUp.AtOnce
                                ? List.of(Policy.NEXT_SLOT)
                                : List.of(Policy.NEXT_SLOT, Policy.NOW),
                        resuming,
                        false),
                (tx, terms) -> edits.ofSequence(tx, visit.account(), id, _ -> current -> current.active(true), terms),
                _ -> visit.noSuchPage(),
                () -> visit.done(back, "“" + settings.name() + "” is sending."));
    }

    /// An email and the sequence that it is in.
    private record Place(Sequence sequence, SequenceEmail email, List<SequenceEmailId> order) {}

    private Optional<Place> place(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        var emailId = visit.request().path("email_id", SequenceEmailId::new);
        return database.read(tx -> sequences
                .find(tx, visit.account(), id)
                .flatMap(sequence -> sequences
                        .findEmail(tx, visit.account(), id, emailId)
                        .map(email -> new Place(
                                sequence,
                                email,
                                sequences.outline(tx, visit.account(), id).stream()
                                        .filter(other -> !other.deleted())
                                        .map(SequenceEmail::id)
                                        .toList()))));
    }

    private Reply switchPublished(Desk.Visit visit, Form form) {
        return place(visit)
                .map(place -> publishing.turn(visit, form, place.sequence(), place.email()))
                .orElseGet(visit::noSuchPage);
    }

    private Reply move(Desk.Visit visit, Form form) {
        var found = place(visit);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var email = found.get().email();
        boolean up = form.value("to").equals("up");
        var order = new ArrayList<>(found.get().order());
        int at = order.indexOf(email.id());
        int to = up ? at - 1 : at + 1;
        if (to < 0 || to >= order.size()) {
            return visit.go(AskingEndpoints.home(found.get().sequence().id()));
        }
        Collections.swap(order, at, to);
        return reorder(
                visit,
                form,
                found.get().sequence(),
                order,
                "Move “" + email.settings().subject() + "” " + (up ? "up" : "down"),
                "/emails/" + email.id().value() + "/move",
                "#email-" + email.id().value());
    }

    private Reply order(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", SequenceId::new);
        var sequence = sequence(visit, id);
        var wanted = form.value("order");
        if (sequence.isEmpty() || !wanted.matches("[0-9]{1,18}(,[0-9]{1,18}){0,999}")) {
            return visit.noSuchPage();
        }
        var order = Arrays.stream(wanted.split(","))
                .map(part -> new SequenceEmailId(Long.parseLong(part)))
                .toList();
        return reorder(visit, form, sequence.get(), order, "Change the order of the emails", "/order", "");
    }

    private Reply reorder(
            Desk.Visit visit,
            Form form,
            Sequence sequence,
            List<SequenceEmailId> order,
            String title,
            String action,
            String fragment) {
        return asking.ask(
                visit,
                form,
                AskingEndpoints.Wish.of(sequence, title, action, "Change the order", false),
                (tx, terms) -> edits.ofOrder(tx, visit.account(), sequence.id(), order, terms),
                refusal -> visit.done(
                        AskingEndpoints.home(sequence.id()) + fragment,
                        refusal instanceof Sequences.EmailEdit.NotFirst
                                ? "The order stays: an email that goes at once must be the first. Give it a delay, then move it."
                                : "The order stays: somebody has added or deleted an email meanwhile."),
                () -> visit.done(AskingEndpoints.home(sequence.id()) + fragment, "The order is changed."));
    }

    private Reply delete(Desk.Visit visit, Form form) {
        var found = place(visit);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var sequence = found.get().sequence();
        var email = found.get().email();
        var subject = "“" + email.settings().subject() + "”";
        return asking.ask(
                visit,
                form,
                AskingEndpoints.Wish.of(
                        sequence,
                        "Delete " + subject + " for good",
                        "/emails/" + email.id().value() + "/delete",
                        "Delete",
                        true),
                (tx, terms) -> edits.withoutEmail(tx, visit.account(), sequence.id(), email.id(), terms),
                _ -> visit.noSuchPage(),
                () -> visit.done(AskingEndpoints.home(sequence.id()), subject + " is deleted."));
    }
}
