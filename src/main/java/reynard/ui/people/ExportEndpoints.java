package reynard.ui.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import reynard.db.Cursor;
import reynard.db.Database;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.TagId;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.MemberFilter;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberFilter;
import reynard.subscriber.SubscriberSort;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.ui.Csv;
import reynard.ui.Desk;

/// The people of an account as a table to download, whatever their number.
public final class ExportEndpoints {
    private final Database database;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Tags tags;
    private final Desk desk;

    public ExportEndpoints(
            Database database, Subscribers subscribers, CustomFields customFields, Tags tags, Desk desk) {
        this.database = database;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.tags = tags;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.data(routes, "/people/export.csv", Desk.Right.WRITE, this::export);
    }

    /// Those who are in a state and wear a tag, where these are named.
    private Reply export(Desk.Visit visit) {
        var state = visit.request().oneOf("state", SubscriberState.NAMES).flatMap(SubscriberState::named);
        var tag = visit.request().id("tag").map(TagId::new);
        var fields = database.read(tx -> customFields.all(tx, visit.account()));
        return Csv.reply("people.csv", csv -> {
            csv.row(headers(fields));
            Optional<Cursor> after = Optional.empty();
            do {
                var request = new PageRequest(after, Optional.empty(), PageRequest.PER_PAGE_MAX, false);
                var page = page(visit, state, tag, request);
                rows(visit, page.items(), fields).forEach(csv::row);
                after = page.hasNext() ? page.end() : Optional.empty();
            } while (after.isPresent());
        });
    }

    private static List<String> headers(List<CustomField> fields) {
        var headers = new ArrayList<>(List.of("id", "email_address", "first_name", "state", "created_at", "tags"));
        fields.forEach(field -> headers.add(field.key()));
        return headers;
    }

    private Page<Subscriber> page(
            Desk.Visit visit, Optional<SubscriberState> state, Optional<TagId> tag, PageRequest request) {
        if (tag.isPresent()) {
            var filter =
                    new MemberFilter(state, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
            return database.read(tx -> {
                var members = tags.members(tx, visit.account(), tag.get(), filter, request);
                var found = subscribers.findAll(
                        tx,
                        visit.account(),
                        members.items().stream().map(Tags.Member::subscriber).toList());
                return members.map(member ->
                        Optional.ofNullable(found.get(member.subscriber())).orElseThrow());
            });
        }
        return subscribers.list(
                visit.account(),
                new SubscriberFilter(
                        state, List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                SubscriberSort.ID,
                Listing.Order.ASCENDING,
                request);
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
