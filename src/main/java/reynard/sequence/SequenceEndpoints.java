package reynard.sequence;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.db.Grouping;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.EmailTemplateId;
import reynard.id.SendingAddressId;
import reynard.id.SequenceId;
import reynard.schedule.SendDays;
import reynard.template.EmailTemplates;
import reynard.tzdata.TzData;

/// Kit's operations on sequences as a whole.
public final class SequenceEndpoints {
    private static final int NAME_MAX = 255;
    private static final int EXCLUSIONS_MAX = 1_000;
    private static final String UNKNOWN_TEMPLATE = "email_template_id not found";

    private final Grouping<AccountId, Shown, Reply> showing = new Grouping<>(this::show);
    private final Database database;
    private final Sequences sequences;
    private final Accounts accounts;
    private final EmailTemplates templates;
    private final TzData tzData;

    public SequenceEndpoints(
            Database database, Sequences sequences, Accounts accounts, EmailTemplates templates, TzData tzData) {
        this.database = database;
        this.sequences = sequences;
        this.accounts = accounts;
        this.templates = templates;
        this.tzData = tzData;
    }

    public void register(Routes routes) {
        routes.get("/v4/sequences", this::list);
        routes.post("/v4/sequences", this::create);
        routes.get("/v4/sequences/{id}", this::show);
        routes.put("/v4/sequences/{id}", this::update);
        routes.delete("/v4/sequences/{id}", this::delete);
        routes.get("/ext/v1/sequences/{id}", this::showHandling);
        routes.put("/ext/v1/sequences/{id}", this::handle);
    }

    record ExclusionJson(String type, List<Long> ids) {}

    record SequenceJson(
            SequenceId id,
            String name,
            boolean hold,
            boolean repeat,
            Instant createdAt,
            Instant updatedAt,
            @Nullable String emailAddress,
            @Nullable EmailTemplateId emailTemplateId,
            List<String> sendDays,
            int sendHour,
            String timeZone,
            boolean active,
            List<ExclusionJson> excludeSubscriberSources,
            long emailCount,
            long subscriberCount,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Map<String, @Nullable Object> stats) {}

    private Reply list(Request request) {
        boolean stats = includesStats(request);
        var page = request.page();
        return database.inTx(tx -> {
            var found = sequences.list(tx, request.account(), page);
            var json = json(tx, request.account(), found.items(), stats);
            return Reply.ok(PageJson.of("sequences", found, sequence -> json.get(sequence.id())));
        });
    }

    private Reply show(Request request) {
        var id = request.path("id", SequenceId::new);
        return showing.ask(request.account(), new Shown(id, includesStats(request)));
    }

    /// What is asked for of one sequence.
    private record Shown(SequenceId id, boolean stats) {}

    private Map<Shown, Reply> show(AccountId account, List<Shown> shown) {
        return database.read(tx -> {
            var found =
                    sequences.findAll(tx, account, shown.stream().map(Shown::id).collect(Collectors.toSet()));
            var replies = new HashMap<Shown, Reply>();
            for (boolean stats : new boolean[] {false, true}) {
                var asked = shown.stream().filter(one -> one.stats() == stats).toList();
                if (asked.isEmpty()) {
                    continue;
                }
                var json = json(tx, account, found, stats);
                for (var one : asked) {
                    replies.put(
                            one,
                            Optional.ofNullable(json.get(one.id()))
                                    .map(sequence -> Reply.ok(Map.of("sequence", sequence))
                                            .written())
                                    .orElseGet(Reply::notFound));
                }
            }
            return replies;
        });
    }

    static boolean includesStats(Request request) {
        return request.words("include", List.of("stats")).contains("stats");
    }

    private Reply create(Request request) {
        var body = request.json();
        return database.inTx(tx -> {
            var sequence = create(tx, request.account(), body);
            return Reply.created(body(tx, request.account(), sequence, false));
        });
    }

    /// Creates what the body says.
    ///
    /// @throws reynard.http.InvalidRequest with the faults of the body
    public Sequence create(Tx tx, AccountId id, JsonBody body) {
        var account = accounts.get(tx, id);
        var edit = edit(tx, account, body, true);
        body.refuseFaults();
        var exclusions = sequences.defaultExclusions(tx, id);
        return sequences.create(tx, id, edit.apply(defaults(account, exclusions)));
    }

    private static SequenceSettings defaults(Account account, SortedSet<Exclusion> exclusions) {
        return new SequenceSettings(
                "",
                Optional.empty(),
                Optional.empty(),
                SendDays.ALL,
                account.sendHour(),
                account.timeZone(),
                true,
                false,
                false,
                exclusions);
    }

    private Reply update(Request request) {
        var id = request.path("id", SequenceId::new);
        var body = request.json();
        var saved =
                database.inTx(tx -> sequences.find(tx, request.account(), id).isEmpty()
                        ? Optional.<Sequence>empty()
                        : sequences.update(tx, request.account(), id, edit(tx, request.account(), body)));
        // Counting the people takes time, in which nobody may have to wait for the sequence.
        return saved.map(sequence -> database.inTx(tx -> Reply.ok(body(tx, request.account(), sequence, false))))
                .orElseGet(Reply::notFound);
    }

    private Reply delete(Request request) {
        return sequences.delete(request.account(), request.path("id", SequenceId::new))
                ? Reply.noContent()
                : Reply.notFound();
    }

    record HandlingJson(
            SequenceId id,
            String catchUp,
            @Nullable Integer catchUpHours,
            String onUncertain,
            @Nullable Boolean openTracking,
            @Nullable Boolean clickTracking) {}

    private Reply showHandling(Request request) {
        var id = request.path("id", SequenceId::new);
        return database.inTx(tx -> sequences
                .find(tx, request.account(), id)
                .map(SequenceEndpoints::handling)
                .orElseGet(Reply::notFound));
    }

    private Reply handle(Request request) {
        var id = request.path("id", SequenceId::new);
        var body = request.json();
        return database.inTx(tx -> {
            var found = sequences.find(tx, request.account(), id);
            if (found.isEmpty()) {
                return Reply.notFound();
            }
            var edit = handling(body, found.get().handling());
            body.refuseFaults();
            return sequences
                    .handle(tx, request.account(), id, edit)
                    .map(SequenceEndpoints::handling)
                    .orElseGet(Reply::notFound);
        });
    }

    /// What a body changes of how a sequence treats what went wrong. Faults are left in the body.
    public static UnaryOperator<Handling> handling(JsonBody body, Handling now) {
        var catchUp = catchUp(body, now.catchUp());
        var onUncertain = onUncertain(body);
        var openTracking = body.flag("open_tracking");
        var clickTracking = body.flag("click_tracking");
        return current -> new Handling(
                catchUp,
                onUncertain.over(current.onUncertain(), Handling.OnUncertain.RESEND),
                new Handling.Tracking(
                        openTracking.map(Optional::of).over(current.tracking().opens(), Optional.empty()),
                        clickTracking.map(Optional::of).over(current.tracking().clicks(), Optional.empty())));
    }

    private static Reply handling(Sequence sequence) {
        var handling = sequence.handling();
        return Reply.ok(Map.of(
                "sequence",
                new HandlingJson(
                        sequence.id(),
                        handling.catchUp().wireName(),
                        handling.catchUp().hours(),
                        handling.onUncertain().wireName(),
                        handling.tracking().opens().orElse(null),
                        handling.tracking().clicks().orElse(null))));
    }

    private static CatchUp catchUp(JsonBody body, CatchUp current) {
        var name = body.text("catch_up", 100).over(current.wireName(), "next_slot");
        if (!CatchUp.NAMES.contains(name)) {
            body.fault("catch_up must be one of: " + String.join(", ", CatchUp.NAMES));
            return current;
        }
        var hours = body.integer("catch_up_hours", 1, CatchUp.HOURS_MAX);
        var kept = current.hours();
        if (!CatchUp.takesHours(name)) {
            if (hours instanceof Change.Set<Long>) {
                body.fault("catch_up_hours goes with catch_up spread and skip_if_later_than only");
            }
            return CatchUp.of(name, 0);
        }
        if (hours instanceof Change.Set<Long>(var count)) {
            return CatchUp.of(name, count.intValue());
        }
        if (hours instanceof Change.Clear<Long> || kept == null) {
            body.fault("catch_up_hours can't be blank");
            return current;
        }
        return CatchUp.of(name, kept);
    }

    static Change<Handling.OnUncertain> onUncertain(JsonBody body) {
        var change = body.text("on_uncertain", 100);
        if (change instanceof Change.Set<String>(var name)
                && Handling.OnUncertain.named(name).isEmpty()) {
            body.fault("on_uncertain must be one of: " + String.join(", ", Handling.OnUncertain.NAMES));
            return new Change.Keep<>();
        }
        return change.map(name -> Handling.OnUncertain.named(name).orElseThrow());
    }

    /// What the body of an update changes.
    ///
    /// @throws reynard.http.InvalidRequest with the faults of the body
    public UnaryOperator<SequenceSettings> edit(Tx tx, AccountId account, JsonBody body) {
        var edit = edit(tx, accounts.get(tx, account), body, false);
        body.refuseFaults();
        return edit;
    }

    /// What a body changes. Faults are left in the body. On creation null means "not sent", on update it means "back to
    /// the account's default" where there is one, and is a fault where there is none.
    private UnaryOperator<SequenceSettings> edit(Tx tx, Account account, JsonBody body, boolean creating) {
        var name = required(body, "name", body.line("name", NAME_MAX), false);
        if ((creating && !(name instanceof Change.Set))
                || (name instanceof Change.Set<String>(var text) && text.isBlank())) {
            body.fault("name can't be blank");
        }
        var address = sendingAddress(tx, account, body);
        var template = template(tx, account.id(), body);
        var sendDays = sendDays(body, "send_days", creating);
        var sendHour = required(body, "send_hour", body.integer("send_hour", 0, 23), creating);
        var timeZone = timeZone(body, creating);
        var active = required(body, "active", body.flag("active"), creating);
        var repeat = required(body, "repeat", body.flag("repeat"), creating);
        var hold = required(body, "hold", body.flag("hold"), creating);
        var exclusions = exclusions(tx, account.id(), body, creating, sequences);
        return current -> new SequenceSettings(
                name.over(current.name(), current.name()).strip(),
                address.<Optional<SendingAddressId>>map(Optional::of).over(current.sendingAddress(), Optional.empty()),
                template.<Optional<EmailTemplateId>>map(Optional::of).over(current.emailTemplate(), Optional.empty()),
                sendDays.over(current.sendDays(), current.sendDays()),
                sendHour.map(Math::toIntExact).over(current.sendHour(), current.sendHour()),
                timeZone.over(current.timeZone(), current.timeZone()),
                active.over(current.active(), current.active()),
                repeat.over(current.repeat(), current.repeat()),
                hold.over(current.hold(), current.hold()),
                exclusions.over(current.exclusions(), new TreeSet<>()));
    }

    /// A field that has no default to go back to: null is a fault, or not sent at all when something is created.
    static <T> Change<T> required(JsonBody body, String name, Change<T> change, boolean nullIsAbsent) {
        if (nullIsAbsent) {
            return change.nullIsAbsent();
        }
        if (change instanceof Change.Clear<T>) {
            body.fault(name + " can't be " + (name.equals("name") ? "blank" : "null"));
            return new Change.Keep<>();
        }
        return change;
    }

    private Change<SendingAddressId> sendingAddress(Tx tx, Account account, JsonBody body) {
        return switch (body.text("email_address", 1_000)) {
            case Change.Keep<String> _ -> new Change.Keep<>();
            case Change.Clear<String> _ -> new Change.Clear<>();
            case Change.Set<String>(var email) -> {
                var found = accounts.sendingAddresses(tx, account.id()).stream()
                        .filter(SendingAddress::verified)
                        .filter(address -> address.emailAddress().equalsIgnoreCase(email.strip()))
                        .map(SendingAddress::id)
                        .findFirst();
                if (found.isEmpty()) {
                    body.fault("email_address is not a valid sending address");
                }
                yield found.<Change<SendingAddressId>>map(Change.Set::new).orElseGet(Change.Keep::new);
            }
        };
    }

    /// Zero stands for none, which real clients send.
    private Change<EmailTemplateId> template(Tx tx, AccountId account, JsonBody body) {
        return template(tx, account, body, templates);
    }

    static Change<EmailTemplateId> template(Tx tx, AccountId account, JsonBody body, EmailTemplates templates) {
        return switch (body.id("email_template_id")) {
            case Change.Keep<Long> _ -> new Change.Keep<>();
            case Change.Clear<Long> _ -> new Change.Clear<>();
            case Change.Set<Long>(var value) when value == 0 -> new Change.Clear<>();
            case Change.Set<Long>(var value) -> {
                var id = new EmailTemplateId(value);
                if (templates.find(tx, account, id).isEmpty()) {
                    body.fault(UNKNOWN_TEMPLATE);
                    yield new Change.Keep<>();
                }
                yield new Change.Set<>(id);
            }
        };
    }

    private static Change<SendDays> sendDays(JsonBody body, String field, boolean creating) {
        return parseDays(body, required(body, field, body.texts(field), creating));
    }

    /// Lower-case English names; none at all is allowed and means that emails with a delay in days wait.
    static Change<SendDays> parseDays(JsonBody body, Change<List<String>> names) {
        if (!(names instanceof Change.Set<List<String>>(var list))) {
            return names instanceof Change.Clear<List<String>> ? new Change.Clear<>() : new Change.Keep<>();
        }
        var days = new ArrayList<DayOfWeek>();
        for (var name : list) {
            var day = Arrays.stream(DayOfWeek.values())
                    .filter(candidate -> dayName(candidate).equals(name))
                    .findFirst();
            if (day.isEmpty()) {
                body.fault("send_days must only include: " + String.join(", ", dayNames(SendDays.ALL)));
                return new Change.Keep<>();
            }
            days.add(day.get());
        }
        return new Change.Set<>(SendDays.of(days));
    }

    static List<String> dayNames(SendDays days) {
        return days.days().stream().map(SequenceEndpoints::dayName).toList();
    }

    private static String dayName(DayOfWeek day) {
        return day.name().toLowerCase(Locale.ROOT);
    }

    private Change<String> timeZone(JsonBody body, boolean creating) {
        return timeZone(body, creating, tzData);
    }

    static Change<String> timeZone(JsonBody body, boolean creating, TzData tzData) {
        var zone = required(body, "time_zone", body.text("time_zone", 100), creating);
        if (zone instanceof Change.Set<String>(var name) && tzData.find(name).isEmpty()) {
            body.fault("time_zone is not a valid IANA time zone");
            return new Change.Keep<>();
        }
        return zone;
    }

    static Change<SortedSet<Exclusion>> exclusions(
            Tx tx, AccountId account, JsonBody body, boolean creating, Sequences sequences) {
        var field = "exclude_subscriber_sources";
        if (!(required(body, field, body.objects(field), creating)
                instanceof Change.Set<List<JsonBody>>(var entries))) {
            return new Change.Keep<>();
        }
        SortedSet<Exclusion> exclusions = new TreeSet<>();
        for (var entry : entries) {
            var type = entry.text("type", 100).over("", "");
            var source = Exclusion.Source.named(type);
            if (source.isEmpty()) {
                body.fault(field + " type must be one of: " + String.join(", ", Exclusion.Source.NAMES));
            }
            var ids = entry.ids("ids");
            if (!(ids instanceof Change.Set<List<Long>>(var list))) {
                if (!(ids instanceof Change.Keep<List<Long>> && entry.has("ids"))) {
                    body.fault(field + " ids must be an array of integers");
                }
            } else if (source.isPresent()) {
                list.forEach(id -> exclusions.add(new Exclusion(source.get(), id)));
            }
        }
        if (exclusions.size() > EXCLUSIONS_MAX) {
            body.fault(field + " must name at most " + EXCLUSIONS_MAX + " ids");
            return new Change.Keep<>();
        }
        for (var unknown : sequences.unknown(tx, account, exclusions)) {
            body.fault(field + " " + unknown.source().wireName() + " not found: " + unknown.id());
        }
        return new Change.Set<>(exclusions);
    }

    private Map<String, Object> body(Tx tx, AccountId account, Sequence sequence, boolean stats) {
        return Map.of("sequence", json(tx, account, List.of(sequence), stats).get(sequence.id()));
    }

    private Map<SequenceId, SequenceJson> json(
            Tx tx, AccountId account, Collection<Sequence> found, boolean withStats) {
        var ids = found.stream().map(Sequence::id).toList();
        var counts = sequences.counts(tx, account, ids);
        var stats = withStats ? stats(tx, account, ids) : Map.<SequenceId, Map<String, @Nullable Object>>of();
        var addresses = found.stream()
                        .anyMatch(
                                sequence -> sequence.settings().sendingAddress().isPresent())
                ? accounts.sendingAddresses(tx, account)
                : List.<SendingAddress>of();
        var json = new LinkedHashMap<SequenceId, SequenceJson>();
        for (var sequence : found) {
            var settings = sequence.settings();
            var count = counts.getOrDefault(sequence.id(), new Sequences.Counts(0, 0));
            json.put(
                    sequence.id(),
                    new SequenceJson(
                            sequence.id(),
                            settings.name(),
                            settings.hold(),
                            settings.repeat(),
                            sequence.createdAt(),
                            sequence.updatedAt(),
                            settings.sendingAddress()
                                    .map(id -> emailAddress(addresses, id))
                                    .orElse(null),
                            settings.emailTemplate().orElse(null),
                            dayNames(settings.sendDays()),
                            settings.sendHour(),
                            settings.timeZone(),
                            settings.active(),
                            exclusionsJson(settings.exclusions()),
                            count.emails(),
                            count.subscribers(),
                            stats.get(sequence.id())));
        }
        return json;
    }

    private Map<SequenceId, Map<String, @Nullable Object>> stats(Tx tx, AccountId account, Collection<SequenceId> ids) {
        var statistics = sequences.statistics(tx, account, ids);
        var cancelled = sequences.cancelled(tx, account, ids);
        var json = new HashMap<SequenceId, Map<String, @Nullable Object>>();
        for (var id : ids) {
            json.put(
                    id,
                    StatisticsJson.ofSequence(cancelled.getOrDefault(id, 0L), Optional.ofNullable(statistics.get(id))));
        }
        return json;
    }

    static String emailAddress(List<SendingAddress> addresses, SendingAddressId id) {
        return addresses.stream()
                .filter(address -> address.id().equals(id))
                .map(SendingAddress::emailAddress)
                .findFirst()
                .orElseThrow();
    }

    /// One entry per type, by type, ids ascending: the order in which the exclusions are sorted.
    static List<ExclusionJson> exclusionsJson(SortedSet<Exclusion> exclusions) {
        var byType = new LinkedHashMap<String, List<Long>>();
        for (var exclusion : exclusions) {
            byType.computeIfAbsent(exclusion.source().wireName(), _ -> new ArrayList<>())
                    .add(exclusion.id());
        }
        return byType.entrySet().stream()
                .map(entry -> new ExclusionJson(entry.getKey(), entry.getValue()))
                .toList();
    }
}
