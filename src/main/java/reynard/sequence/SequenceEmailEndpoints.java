package reynard.sequence;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.EmailTemplateId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.template.BrokenEmail;
import reynard.template.EmailTemplates;
import reynard.template.Format;

/// Kit's operations on the emails of a sequence.
public final class SequenceEmailEndpoints {
    private static final int SUBJECT_MAX = 998;
    private static final int CONTENT_MAX = 512_000;
    private static final int DAYS_MAX = 3_650;
    private static final int HOURS_MAX = 87_600;
    private static final List<String> UNITS = List.of("days", "hours");
    private static final String DAYS_WITH_HOURS = "send_days can only be set when delay_unit is days";
    static final String NOT_POSITIVE = "delay_value must be greater than 0";

    private final Database database;
    private final Sequences sequences;
    private final Accounts accounts;
    private final EmailTemplates templates;

    public SequenceEmailEndpoints(Database database, Sequences sequences, Accounts accounts, EmailTemplates templates) {
        this.database = database;
        this.sequences = sequences;
        this.accounts = accounts;
        this.templates = templates;
    }

    public void register(Routes routes) {
        routes.get("/v4/sequences/{sequence_id}/emails", this::list);
        routes.post("/v4/sequences/{sequence_id}/emails", this::create);
        routes.get("/v4/sequences/{sequence_id}/emails/{id}", this::show);
        routes.put("/v4/sequences/{sequence_id}/emails/{id}", this::update);
        routes.delete("/v4/sequences/{sequence_id}/emails/{id}", this::delete);
        routes.get("/ext/v1/sequences/{sequence_id}/emails/{id}", this::showWriting);
        routes.put("/ext/v1/sequences/{sequence_id}/emails/{id}", this::changeWriting);
    }

    private Reply list(Request request) {
        var id = request.path("sequence_id", SequenceId::new);
        boolean content = request.flag("include_content");
        boolean stats = SequenceEndpoints.includesStats(request);
        var page = request.page();
        return database.inTx(tx -> sequences
                .find(tx, request.account(), id)
                .map(sequence -> {
                    var address = emailAddress(tx, request.account(), sequence);
                    var emails = sequences.emails(tx, request.account(), id, page);
                    var statistics = stats
                            ? sequences.emailStatistics(
                                    tx,
                                    request.account(),
                                    emails.items().stream()
                                            .map(SequenceEmail::id)
                                            .toList())
                            : Map.<SequenceEmailId, Statistics>of();
                    return Reply.ok(PageJson.of("emails", emails, email -> {
                        var json = json(email, address, content);
                        if (stats) {
                            putStats(json, statistics.get(email.id()));
                        }
                        return json;
                    }));
                })
                .orElseGet(Reply::notFound));
    }

    private Reply show(Request request) {
        var sequenceId = request.path("sequence_id", SequenceId::new);
        var id = request.path("id", SequenceEmailId::new);
        boolean stats = SequenceEndpoints.includesStats(request);
        return database.inTx(tx -> sequences
                .find(tx, request.account(), sequenceId)
                .flatMap(sequence -> sequences
                        .findEmail(tx, request.account(), sequenceId, id)
                        .map(email -> {
                            var json = json(email, emailAddress(tx, request.account(), sequence), true);
                            if (stats) {
                                var found = sequences.emailStatistics(tx, request.account(), List.of(id));
                                putStats(json, found.get(id));
                            }
                            return Reply.ok(Map.of("email", json));
                        }))
                .orElseGet(Reply::notFound));
    }

    private static void putStats(Map<String, @Nullable Object> json, @Nullable Statistics statistics) {
        json.put("stats", StatisticsJson.ofEmail(statistics == null ? Statistics.NONE : statistics));
    }

    private Reply create(Request request) {
        var sequenceId = request.path("sequence_id", SequenceId::new);
        var body = request.json();
        return database.inTx(tx -> {
            var sequence = sequences.find(tx, request.account(), sequenceId);
            if (sequence.isEmpty()) {
                return Reply.notFound();
            }
            var draft = read(tx, request.account(), body, Optional.empty());
            body.refuseFaults();
            var edit = sequences.addEmail(
                    tx,
                    request.account(),
                    sequenceId,
                    end -> draft.settings(draft.position().orElse(end)));
            return answer(tx, request.account(), sequence.get(), edit, 201);
        });
    }

    private Reply update(Request request) {
        var sequenceId = request.path("sequence_id", SequenceId::new);
        var id = request.path("id", SequenceEmailId::new);
        var body = request.json();
        return database.inTx(tx -> {
            // What is not sent stays as it is at this moment, so nobody else may edit at the same time.
            var sequence = sequences.findForUpdate(tx, request.account(), sequenceId);
            var email = sequences.findEmail(tx, request.account(), sequenceId, id);
            if (sequence.isEmpty() || email.isEmpty()) {
                return Reply.notFound();
            }
            var change = edit(tx, request.account(), body, email.get().settings());
            var edit = sequences.updateEmail(tx, request.account(), sequenceId, id, change);
            return answer(tx, request.account(), sequence.get(), edit, 200);
        });
    }

    /// What the body of an update changes. The effective unit, and so what send_days may be, depends on what the email
    /// is now.
    ///
    /// @throws reynard.http.InvalidRequest with the faults of the body
    public UnaryOperator<EmailSettings> edit(Tx tx, AccountId account, JsonBody body, EmailSettings now) {
        var draft = read(tx, account, body, Optional.of(now));
        body.refuseFaults();
        return current -> draft.settings(draft.position().orElse(current.position()));
    }

    /// Adds what the body says, as the email of this index among those that the sequence has.
    ///
    /// @throws reynard.http.InvalidRequest with the faults of the body
    public Sequences.EmailEdit insert(Tx tx, AccountId account, SequenceId sequence, int index, JsonBody body) {
        var draft = read(tx, account, body, Optional.empty());
        body.refuseFaults();
        return sequences.insertEmail(tx, account, sequence, index, draft::settings);
    }

    private Reply answer(Tx tx, AccountId account, Sequence sequence, Sequences.EmailEdit edit, int status) {
        return edit instanceof Sequences.EmailEdit.Saved(var email)
                ? new Reply(status, body(tx, account, sequence, email), Map.of())
                : refusal(edit);
    }

    /// What an edit that was not saved answers.
    public static Reply refusal(Sequences.EmailEdit edit) {
        return switch (edit) {
            case Sequences.EmailEdit.Saved _ -> throw new IllegalArgumentException("saved: " + edit);
            case Sequences.EmailEdit.NotFound _ -> Reply.notFound();
            case Sequences.EmailEdit.PositionTaken _ -> Reply.invalid("position has already been taken");
            case Sequences.EmailEdit.NotFirst _ -> Reply.invalid(NOT_POSITIVE);
            case Sequences.EmailEdit.Broken(var fault) -> Reply.invalid(fault);
        };
    }

    private Reply delete(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var id = request.path("id", SequenceEmailId::new);
        return sequences.deleteEmail(request.account(), sequence, id) ? Reply.noContent() : Reply.notFound();
    }

    record WritingJson(SequenceEmailId id, SequenceId sequenceId, String contentType) {
        static Reply of(SequenceEmail email) {
            return Reply.ok(Map.of(
                    "email",
                    new WritingJson(
                            email.id(),
                            email.sequence(),
                            email.settings().format().wireName())));
        }
    }

    private Reply showWriting(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var id = request.path("id", SequenceEmailId::new);
        return database.inTx(tx -> sequences
                .find(tx, request.account(), sequence)
                .flatMap(_ -> sequences.findEmail(tx, request.account(), sequence, id))
                .map(WritingJson::of)
                .orElseGet(Reply::notFound));
    }

    private Reply changeWriting(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var id = request.path("id", SequenceEmailId::new);
        var body = request.json();
        return database.inTx(tx -> {
            if (sequences.find(tx, request.account(), sequence).isEmpty()
                    || sequences.findEmail(tx, request.account(), sequence, id).isEmpty()) {
                return Reply.notFound();
            }
            var name = body.text("content_type", 20).nullIsAbsent();
            var format = name.map(Format::named);
            if (format instanceof Change.Set<Optional<Format>>(var found) && found.isEmpty()) {
                body.fault("content_type must be one of: " + String.join(", ", Format.NAMES));
            }
            body.refuseFaults();
            var edit = sequences.updateEmail(
                    tx,
                    request.account(),
                    sequence,
                    id,
                    current ->
                            format.map(Optional::orElseThrow).map(current::in).over(current, current));
            return edit instanceof Sequences.EmailEdit.Saved(var email) ? WritingJson.of(email) : refusal(edit);
        });
    }

    /// An email as a body leaves it, but for its position when the body names none.
    private record Draft(
            String subject,
            Optional<String> previewText,
            Optional<String> content,
            Format format,
            Delay delay,
            Optional<SendDays> sendDays,
            Optional<EmailTemplateId> emailTemplate,
            boolean published,
            OptionalInt position) {
        EmailSettings settings(int place) {
            return new EmailSettings(
                    subject, previewText, content, format, delay, sendDays, emailTemplate, published, place);
        }
    }

    private Draft read(Tx tx, AccountId account, JsonBody body, Optional<EmailSettings> current) {
        var subject = body.line("subject", SUBJECT_MAX);
        var subjectText = subject.over(current.map(EmailSettings::subject).orElse(""), "");
        if (subjectText.isBlank() && (!body.has("subject") || !(subject instanceof Change.Keep))) {
            body.fault("subject can't be blank");
        }
        var previewText = body.line("preview_text", SUBJECT_MAX).<Optional<String>>map(Optional::of);
        var content = body.text("content", CONTENT_MAX).<Optional<String>>map(Optional::of);
        var delay = delay(body, current.map(EmailSettings::delay));
        var template =
                SequenceEndpoints.template(tx, account, body, templates).<Optional<EmailTemplateId>>map(Optional::of);
        var published = body.flag("published").nullIsAbsent();
        var position = body.integer("position", 0, Integer.MAX_VALUE - 1).nullIsAbsent();
        var draft = new Draft(
                subjectText,
                previewText.over(current.flatMap(EmailSettings::previewText), Optional.empty()),
                content.over(current.flatMap(EmailSettings::content), Optional.empty()),
                current.map(EmailSettings::format).orElse(Format.HTML),
                delay,
                sendDays(body, delay, current.flatMap(EmailSettings::sendDays)),
                template.over(current.flatMap(EmailSettings::emailTemplate), Optional.empty()),
                published.over(current.map(EmailSettings::published).orElse(false), false),
                position instanceof Change.Set<Long>(var place)
                        ? OptionalInt.of(place.intValue())
                        : OptionalInt.empty());
        draft.settings(0).fault().map(BrokenEmail::sentence).ifPresent(body::fault);
        return draft;
    }

    static Delay delay(JsonBody body, Optional<Delay> current) {
        var unit = unit(body, current);
        var value = value(body, current);
        if (unit.isEmpty() || value.isEmpty()) {
            return new Delay.Immediate(); // The faults are in the body; nothing comes of this.
        }
        boolean hours = unit.get().equals("hours");
        long count = value.get();
        if (count < 0 || (hours && count == 0)) {
            body.fault(NOT_POSITIVE);
        } else if (count > (hours ? HOURS_MAX : DAYS_MAX)) {
            body.fault("delay_value must be at most " + (hours ? HOURS_MAX + " hours" : DAYS_MAX + " days"));
        } else if (hours) {
            return new Delay.Hours((int) count);
        } else if (count > 0) {
            return new Delay.Days((int) count);
        }
        return new Delay.Immediate();
    }

    private static Optional<String> unit(JsonBody body, Optional<Delay> current) {
        return switch (body.value("delay_unit")) {
            case Change.Keep<JsonNode> _
            when current.isPresent() -> Optional.of(current.get() instanceof Delay.Hours ? "hours" : "days");
            case Change.Set<JsonNode>(var node)
            when node.isTextual() && UNITS.contains(node.textValue()) -> Optional.of(node.textValue());
            case Change<JsonNode> _ -> {
                body.fault("delay_unit must be one of: " + String.join(", ", UNITS));
                yield Optional.empty();
            }
        };
    }

    private static Optional<Long> value(JsonBody body, Optional<Delay> current) {
        return switch (body.value("delay_value")) {
            case Change.Keep<JsonNode> _
            when current.isPresent() ->
                Optional.of(
                        switch (current.get()) {
                            case Delay.Immediate _ -> 0L;
                            case Delay.Hours(int count) -> (long) count;
                            case Delay.Days(int count) -> (long) count;
                        });
            case Change.Set<JsonNode>(var node)
            when node.isIntegralNumber() && node.canConvertToLong() -> Optional.of(node.longValue());
            case Change.Set<JsonNode> _ -> {
                body.fault("delay_value must be an integer");
                yield Optional.empty();
            }
            case Change<JsonNode> _ -> {
                body.fault("delay_value can't be blank");
                yield Optional.empty();
            }
        };
    }

    static Optional<SendDays> sendDays(JsonBody body, Delay delay, Optional<SendDays> current) {
        var change = SequenceEndpoints.parseDays(body, body.texts("send_days"));
        if (delay instanceof Delay.Hours) {
            if (change instanceof Change.Set<SendDays>) {
                body.fault(DAYS_WITH_HOURS);
            }
            return Optional.empty();
        }
        // All seven, and none at all, say nothing that the sequence's own days do not say.
        return change.<Optional<SendDays>>map(Optional::of)
                .over(current, Optional.empty())
                .filter(days -> !days.equals(SendDays.ALL) && !days.isEmpty());
    }

    private String emailAddress(Tx tx, AccountId account, Sequence sequence) {
        var addresses = accounts.sendingAddresses(tx, account);
        return sequence.settings()
                .sendingAddress()
                .map(id -> SequenceEndpoints.emailAddress(addresses, id))
                .orElseGet(() -> addresses.stream()
                        .filter(SendingAddress::isDefault)
                        .map(SendingAddress::emailAddress)
                        .findFirst()
                        .orElseThrow());
    }

    private Map<String, Object> body(Tx tx, AccountId account, Sequence sequence, SequenceEmail email) {
        return Map.of("email", json(email, emailAddress(tx, account, sequence), true));
    }

    private static Map<String, @Nullable Object> json(SequenceEmail email, String address, boolean content) {
        var settings = email.settings();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", email.id());
        json.put("sequence_id", email.sequence());
        json.put("subject", settings.subject());
        json.put("preview_text", settings.previewText().orElse(null));
        json.put("email_address", address);
        json.put("email_template_id", settings.emailTemplate().orElse(null));
        json.put("published", settings.published());
        json.put("position", settings.position());
        switch (settings.delay()) {
            case Delay.Immediate _ -> putDelay(json, 0, "days");
            case Delay.Hours(int count) -> putDelay(json, count, "hours");
            case Delay.Days(int count) -> putDelay(json, count, "days");
        }
        json.put(
                "send_days",
                settings.delay() instanceof Delay.Hours
                        ? null
                        : SequenceEndpoints.dayNames(settings.sendDays().orElse(SendDays.ALL)));
        if (content) {
            json.put("content", settings.content().orElse(null));
        }
        return json;
    }

    private static void putDelay(Map<String, @Nullable Object> json, int value, String unit) {
        json.put("delay_value", value);
        json.put("delay_unit", unit);
    }
}
