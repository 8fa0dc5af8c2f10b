package reynard.ui.people;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import reynard.db.Database;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Sought;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.ui.Csv;
import reynard.ui.Desk;

/// The people of an account as a table to download, whatever their number.
public final class ExportEndpoints {
    private static final int STEP = 1_000;

    private final Database database;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Desk desk;

    public ExportEndpoints(Database database, Subscribers subscribers, CustomFields customFields, Desk desk) {
        this.database = database;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.data(routes, "/people/export.csv", Desk.Right.WRITE, this::export);
    }

    /// Those whom the list of people finds when it is asked the same.
    private Reply export(Desk.Visit visit) {
        var sought = PeopleEndpoints.search(visit.request()).sought();
        var fields = database.read(tx -> customFields.all(tx, visit.account()));
        return Csv.reply("people.csv", csv -> {
            csv.row(headers(fields));
            var until = visit.now();
            var after = new SubscriberId(0);
            List<Subscriber> people;
            do {
                people = next(visit.account(), sought, after, until);
                rows(visit, people, fields).forEach(csv::row);
                after = people.isEmpty() ? after : people.getLast().id();
            } while (people.size() == STEP);
        });
    }

    private static List<String> headers(List<CustomField> fields) {
        var headers = new ArrayList<>(List.of("id", "email_address", "first_name", "state", "created_at", "tags"));
        fields.forEach(field -> headers.add(field.key()));
        return headers;
    }

    private List<Subscriber> next(AccountId account, Sought sought, SubscriberId after, Instant until) {
        return database.read(tx -> subscribers.walk(tx, account, sought, after, until, STEP));
    }

    private List<List<String>> rows(Desk.Visit visit, List<Subscriber> people, List<CustomField> fields) {
        var worn = database.read(tx -> subscribers.tags(
                tx, visit.account(), people.stream().map(Subscriber::id).toList()));
        return people.stream()
                .map(person -> {
                    var cells = new ArrayList<>(List.of(
                            Long.toString(person.id().value()),
                            person.emailAddress(),
                            person.firstName().orElse(""),
                            person.state().wireName(),
                            person.createdAt().toString(),
                            worn.getOrDefault(person.id(), List.of()).stream()
                                    .map(Subscribers.TagLabel::name)
                                    .collect(Collectors.joining(", "))));
                    fields.forEach(field -> cells.add(person.fields().getOrDefault(field.id(), "")));
                    return (List<String>) cells;
                })
                .toList();
    }
}
