package reynard.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;
import reynard.access.Tokens;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.account.Vault;
import reynard.app.Server;
import reynard.app.Settings;
import reynard.audit.Audit;
import reynard.audit.Violation;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.delivery.smtp.Relay;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.event.Events;
import reynard.http.Routes;
import reynard.sequence.Sequences;
import reynard.template.EmailTemplates;
import reynard.tzdata.TzData;
import reynard.webhook.Reach;

/// A whole server for a test: real PostgreSQL, real HTTP, real SMTP to the built-in inbox, and a virtual clock that
/// moves
/// when the test says so. What a test does, it does over HTTP.
public final class TestServer implements AutoCloseable {
    /// Monday noon in UTC, six in the morning in Chicago; no clock changes anywhere near.
    public static final String MONDAY = "2026-01-05T12:00:00Z";

    /// What secrets in the database are sealed with.
    public static final String SECRET_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    /// What a person's browser says of itself.
    public static final Map<String, String> BROWSER =
            Map.of("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");

    public static final String API_KEY = "test-key-0123456789abcdef";
    private static final int LARGE = 10_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String databaseUrl;
    private final boolean ownsDatabase;
    private final Server server;
    private final Policies policies;
    private boolean audited = true;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Settings.Access access;
    private String apiKey = API_KEY;
    private Map<String, String> credential = Map.of("X-Kit-Api-Key", API_KEY);

    private TestServer(String databaseUrl, boolean ownsDatabase, String start, Optional<Relay> relay) {
        this(databaseUrl, ownsDatabase, start, relay, Optional.empty(), Policies.DEFAULT, Settings.Access.DEFAULT);
    }

    private TestServer(
            String databaseUrl,
            boolean ownsDatabase,
            String start,
            Optional<Relay> relay,
            Optional<Path> tzdata,
            Policies policies,
            Settings.Access access) {
        this(databaseUrl, ownsDatabase, start, outgoing(relay), tzdata, policies, Settings.Returns.NONE, access);
    }

    private TestServer(
            String databaseUrl,
            boolean ownsDatabase,
            String start,
            Settings.Outgoing outgoing,
            Optional<Path> tzdata,
            Policies policies,
            Settings.Returns returns,
            Settings.Access access) {
        this.access = access;
        this.databaseUrl = databaseUrl;
        this.ownsDatabase = ownsDatabase;
        this.policies = policies;
        try {
            this.server = Server.start(new Settings(
                    "127.0.0.1",
                    0,
                    Path.of("target"),
                    Optional.of(databaseUrl),
                    Optional.of("https://mail.example.com"),
                    outgoing,
                    Optional.of(API_KEY),
                    new Settings.Founder(
                            "Tea Letters", "author@example.com", "Etc/UTC", Optional.of("1 Tea Street\nLondon")),
                    true,
                    Optional.of(Instant.parse(start)),
                    tzdata,
                    policies,
                    Brake.Limits.DEFAULT,
                    Reach.parse("127.0.0.1/32"),
                    Optional.of(Vault.of(SECRET_KEY)),
                    returns,
                    access));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Settings.Outgoing outgoing(Optional<Relay> relay) {
        return relay.map(Settings.Outgoing::over).orElse(Settings.Outgoing.INBOX);
    }

    /// A server with several relays.
    public static TestServer with(Settings.Outgoing outgoing) {
        return new TestServer(
                TestDatabase.fresh(Database::migrate),
                true,
                MONDAY,
                outgoing,
                Optional.empty(),
                Policies.DEFAULT,
                Settings.Returns.NONE,
                Settings.Access.DEFAULT);
    }

    /// A server on an empty database whose clock stands at [#MONDAY].
    public static TestServer start() {
        return at(MONDAY);
    }

    public static TestServer at(String instant) {
        return new TestServer(TestDatabase.fresh(Database::migrate), true, instant, Optional.empty());
    }

    /// A server that sends to a relay of the test's own.
    public static TestServer with(Relay relay) {
        return new TestServer(TestDatabase.fresh(Database::migrate), true, MONDAY, Optional.of(relay));
    }

    public static TestServer with(Policies policies) {
        return new TestServer(
                TestDatabase.fresh(Database::migrate),
                true,
                MONDAY,
                Optional.empty(),
                Optional.empty(),
                policies,
                Settings.Access.DEFAULT);
    }

    public static TestServer with(Settings.Access access) {
        return new TestServer(
                TestDatabase.fresh(Database::migrate),
                true,
                MONDAY,
                Optional.empty(),
                Optional.empty(),
                Policies.DEFAULT,
                access);
    }

    /// A server whose mail comes back to it, or that providers report to.
    public static TestServer with(Settings.Returns returns) {
        return with(Optional.empty(), returns);
    }

    public static TestServer with(Optional<Relay> relay, Settings.Returns returns) {
        return new TestServer(
                TestDatabase.fresh(Database::migrate),
                true,
                MONDAY,
                outgoing(relay),
                Optional.empty(),
                Policies.DEFAULT,
                returns,
                Settings.Access.DEFAULT);
    }

    /// Another server on the same database with the tz data of a folder, which the other may not outlive.
    public TestServer another(Path tzdata) {
        return new TestServer(
                databaseUrl, false, MONDAY, Optional.empty(), Optional.of(tzdata), Policies.DEFAULT, access);
    }

    /// Another server on the same database, which outlives this one.
    public TestServer another() {
        return new TestServer(databaseUrl, false, MONDAY, Optional.empty(), Optional.empty(), Policies.DEFAULT, access);
    }

    /// A server on a database that a test has made, and that sends to a relay of the test's own.
    public static TestServer on(String databaseUrl, Relay relay) {
        return new TestServer(databaseUrl, false, MONDAY, Optional.of(relay));
    }

    /// A server on a database that a test has made, whose clock stands at an instant.
    public static TestServer at(String databaseUrl, Relay relay, Instant now) {
        return new TestServer(databaseUrl, false, now.toString(), Optional.of(relay));
    }

    /// A server on a database that a test has made.
    public static TestServer on(String databaseUrl) {
        return new TestServer(databaseUrl, false, MONDAY, Optional.empty());
    }

    /// The clock of a database goes on while no server looks at it.
    public static void sleepUntil(String databaseUrl, String instant) {
        try (var connection = DriverManager.getConnection(databaseUrl);
                var statement =
                        connection.prepareStatement("insert into setting (name, value) values ('virtual_clock', ?)"
                                + " on conflict (name) do update set value = excluded.value")) {
            statement.setString(1, instant);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Lets sending go on that waits for the operator; what is overdue goes by each sequence's `catch_up`.
    public void resume() {
        expect(post("/ext/v1/sending/resume", "{\"overdue\":\"catch_up\"}"), 200);
    }

    public String databaseUrl() {
        return databaseUrl;
    }

    public int port() {
        return server.port();
    }

    /// Everything that the server answers to.
    public List<Routes.Route> routes() {
        return server.routes();
    }

    /// Where returned mail is taken.
    public int bouncePort() {
        return server.bouncePort().orElseThrow();
    }

    /// The key that requests carry from now on.
    public void useKey(String key) {
        apiKey = key;
        credential = Map.of("X-Kit-Api-Key", key);
    }

    /// The token that requests carry from now on, instead of a key.
    public void useToken(String token) {
        credential = Map.of("Authorization", "Bearer " + token);
    }

    @Override
    public void close() {
        // An idle connection is waited for by the server for a second.
        http.close();
        server.close();
        try {
            if (audited) {
                var violations = violations();
                if (!violations.isEmpty()) {
                    var lines = violations.stream().map(Violation::toString).toList();
                    throw new AssertionError("the database holds what cannot be:\n" + String.join("\n", lines));
                }
            }
        } finally {
            if (ownsDatabase) {
                TestDatabase.drop(databaseUrl);
            }
        }
    }

    /// This test makes the database what it cannot be, so nobody looks at it in the end.
    public TestServer unaudited() {
        audited = false;
        return this;
    }

    /// What the auditor finds in the database now.
    public List<Violation> violations() {
        return violations(databaseUrl, policies);
    }

    /// What the auditor finds in a database that servers with these policies have used.
    public static List<Violation> violations(String databaseUrl, Policies policies) {
        try (var database = Database.open(databaseUrl, 1)) {
            var found = new ArrayList<Violation>();
            var sequences = new Sequences(database, new IdBlocks(database), new Events(), InstantSource.system());
            new Audit(database, sequences, NewestTzData.LOADED, policies).run(found::add);
            return found;
        }
    }

    private static final class NewestTzData {
        static final TzData LOADED = TzData.newest(Optional.empty());
    }

    // Requests

    /// An answer: its status and its body, which is a missing node when there is none.
    public record Answer(int status, JsonNode body, HttpResponse<String> raw) {
        /// The texts of `errors`.
        public List<String> errors() {
            var errors = new ArrayList<String>();
            body.path("errors").forEach(error -> errors.add(error.asText()));
            return errors;
        }

        public JsonNode at(String pointer) {
            return body.at(pointer);
        }

        /// One value of each row of a list, as text.
        public List<String> each(String plural, String key) {
            var values = new ArrayList<String>();
            body.path(plural).forEach(row -> values.add(row.path(key).asText()));
            return values;
        }
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    public Answer post(String path, String json) {
        return send("POST", path, json);
    }

    public Answer put(String path, String json) {
        return send("PUT", path, json);
    }

    public Answer patch(String path, String json) {
        return send("PATCH", path, json);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    public Answer send(String method, String path, @Nullable String json) {
        return send(method, path, json == null ? null : json.getBytes(StandardCharsets.UTF_8), credential);
    }

    public Answer send(String method, String path, byte @Nullable [] body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        // Who is refused while still sending may lose the answer with the connection (RFC 9110, 10.1.1).
        request.expectContinue(body != null && body.length > LARGE);
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (!isPage(method, path, headers)) {
                ApiDocument.OURS.check(
                        method,
                        path,
                        response.statusCode(),
                        response.headers().firstValue("Content-Type"),
                        response.body());
            }
            return new Answer(response.statusCode(), parsed(response.body()), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// What the document does not describe: it is for people.
    private boolean isPage(String method, String path, Map<String, String> headers) {
        var plain = path.replaceFirst("\\?.*", "");
        var matching = server.routes().stream()
                .filter(route -> route.verb().name().equals(method)
                        && plain.matches(route.path().replaceAll("\\{[a-z_]+}", "[^/]+")))
                .toList();
        return matching.isEmpty()
                ? headers.getOrDefault("Accept", "").contains("text/html")
                : matching.getFirst().door() == Routes.Door.PAGE;
    }

    private static JsonNode parsed(String body) {
        try {
            return body.startsWith("{") || body.startsWith("[") ? JSON.readTree(body) : JSON.missingNode();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + body, e);
        }
    }

    private static JsonNode expect(Answer answer, int... statuses) {
        if (Arrays.stream(statuses).noneMatch(status -> status == answer.status())) {
            throw new AssertionError("expected " + Arrays.toString(statuses) + ", got " + answer.status() + " "
                    + answer.raw().body());
        }
        return answer.body();
    }

    /// JSON with single quotes, which a test is easier to read with.
    public static String json(String text) {
        return text.replace('\'', '"');
    }

    public static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    // Time

    /// Moves the clock and runs everything that falls due on the way.
    ///
    /// @return how many emails were sent
    public long advance(Duration by) {
        return expect(post("/ext/v1/clock/advance", text(Map.of("by", by.toString()))), 200)
                .get("sent")
                .asLong();
    }

    public long advanceTo(String instant) {
        return expect(post("/ext/v1/clock/advance", text(Map.of("to", instant))), 200)
                .get("sent")
                .asLong();
    }

    /// Runs what is due now.
    public long settle() {
        return advance(Duration.ZERO);
    }

    public Instant now() {
        return Instant.parse(get("/ext/v1/status").at("/now").asText());
    }

    // Things

    /// One email of a sequence, as a test describes it: published unless it says otherwise, at the end unless it names
    /// a
    /// place.
    public record Email(Map<String, Object> fields) {
        private Email with(String name, Object value) {
            var changed = new LinkedHashMap<>(fields);
            changed.put(name, value);
            return new Email(changed);
        }

        public Email draft() {
            return with("published", false);
        }

        public Email at(int position) {
            return with("position", position);
        }

        public Email on(String... days) {
            return with("send_days", List.of(days));
        }

        public Email saying(String content) {
            return with("content", content);
        }
    }

    public static Email email(String subject, int delay, String unit) {
        return new Email(Map.of(
                "subject",
                subject,
                "content",
                "<p>" + subject + "</p>",
                "delay_value",
                delay,
                "delay_unit",
                unit,
                "published",
                true));
    }

    /// An email that goes at once; only the first of a sequence can.
    public static Email immediate(String subject) {
        return email(subject, 0, "days");
    }

    public static Email days(String subject, int days) {
        return email(subject, days, "days");
    }

    public static Email hours(String subject, int hours) {
        return email(subject, hours, "hours");
    }

    /// A sequence that sends on every day at nine in UTC.
    public Sequence sequence(Email... emails) {
        return sequence("{'send_hour':9,'time_zone':'Etc/UTC'}", emails);
    }

    /// A sequence with settings of its own, in JSON with single quotes.
    public Sequence sequence(String settings, Email... emails) {
        try {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("name", "Sequence");
            JSON.readTree(json(settings)).properties().forEach(entry -> fields.put(entry.getKey(), entry.getValue()));
            var created = expect(post("/v4/sequences", text(fields)), 201);
            var sequence = new Sequence(created.at("/sequence/id").asLong());
            for (var email : emails) {
                sequence.add(email);
            }
            return sequence;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public final class Sequence {
        private final long id;
        private final Map<String, Long> emails = new LinkedHashMap<>();

        private Sequence(long id) {
            this.id = id;
        }

        public long id() {
            return id;
        }

        public String path() {
            return "/v4/sequences/" + id;
        }

        public long add(Email email) {
            long emailId = expect(post(path() + "/emails", text(email.fields())), 201)
                    .at("/email/id")
                    .asLong();
            emails.put(String.valueOf(email.fields().get("subject")), emailId);
            return emailId;
        }

        /// The id of the email that was added with this subject.
        public long email(String subject) {
            return Optional.ofNullable(emails.get(subject))
                    .orElseThrow(() -> new AssertionError("no email " + subject));
        }

        public JsonNode change(String json) {
            return expect(put(path(), json(json)), 200).get("sequence");
        }

        public JsonNode changeEmail(String subject, String json) {
            return expect(put(path() + "/emails/" + email(subject), json(json)), 200)
                    .get("email");
        }

        public void deleteEmail(String subject) {
            expect(TestServer.this.delete(path() + "/emails/" + email(subject)), 204);
        }

        public void delete() {
            expect(TestServer.this.delete(path()), 204);
        }

        /// How many are in it, as Kit counts: active people who have not come to the end.
        public long members() {
            return show().get("subscriber_count").asLong();
        }

        public JsonNode showEmail(String subject) {
            return expect(get(path() + "/emails/" + email(subject) + "?include=stats"), 200)
                    .get("email");
        }

        public JsonNode show() {
            return expect(get(path() + "?include=stats"), 200).get("sequence");
        }
    }

    /// An active subscriber.
    public Reader subscriber(String email) {
        return subscriber(email, "active");
    }

    public Reader subscriber(String email, String state) {
        var body = text(Map.of("email_address", email, "state", state));
        return new Reader(
                expect(post("/v4/subscribers", body), 200, 201)
                        .at("/subscriber/id")
                        .asLong(),
                email);
    }

    /// A subscriber who is in a sequence from now on.
    public Reader subscriber(String email, Sequence sequence) {
        var reader = subscriber(email);
        reader.joins(sequence);
        return reader;
    }

    /// An email as it arrived.
    public record Mail(String subject, Instant at) {
        @Override
        public String toString() {
            return subject + " @ " + at;
        }
    }

    public final class Reader {
        private final long id;
        private final String email;

        private Reader(long id, String email) {
            this.id = id;
            this.email = email;
        }

        public long id() {
            return id;
        }

        public String email() {
            return email;
        }

        public Answer joins(Sequence sequence) {
            var answer = post(sequence.path() + "/subscribers/" + id, "{}");
            expect(answer, 200, 201);
            return answer;
        }

        public void isRemovedFrom(Sequence sequence) {
            expect(delete("/ext/v1/sequences/" + sequence.id() + "/subscribers/" + id), 204);
        }

        public void unsubscribes() {
            expect(post("/v4/subscribers/" + id + "/unsubscribe", "{}"), 204);
        }

        /// Follows the link of the email received last, as mail programs do (RFC 8058).
        public void unsubscribesByLink() {
            var link = lastMail()
                    .at("/raw")
                    .asText()
                    .replaceAll("(?s).*List-Unsubscribe:\\s*<https://mail.example.com([^>]+)>.*", "$1");
            expect(TestServer.this.send("POST", link, null), 200);
        }

        /// The path on this server that a link of the email received last leads by.
        ///
        /// @param text what the link says
        public String link(String text) {
            var link = Jsoup.parse(lastMail().get("html").asText()).select("a").stream()
                    .filter(element -> element.text().equals(text))
                    .findFirst();
            return link.map(element -> element.attr("href"))
                    .orElseThrow(() -> new AssertionError("no link " + text))
                    .replace("https://mail.example.com", "");
        }

        /// Follows a link of the email received last, as a person with a browser does.
        public Answer follows(String text) {
            return TestServer.this.send("GET", link(text), null, BROWSER);
        }

        /// The path of the picture in the email received last.
        public String pixel() {
            return Jsoup.parse(lastMail().get("html").asText())
                    .select("img[src*=/o/]")
                    .attr("src")
                    .replace("https://mail.example.com", "");
        }

        /// Looks at the email received last, pictures and all, as a person does.
        public Answer opens() {
            return TestServer.this.send("GET", pixel(), null, BROWSER);
        }

        public void confirms() {
            expect(post("/ext/v1/subscribers/" + id + "/confirm", "{}"), 204);
        }

        public void getsTag(long tag) {
            expect(post("/v4/tags/" + tag + "/subscribers/" + id, "{}"), 200, 201);
        }

        public void losesTag(long tag) {
            expect(delete("/v4/tags/" + tag + "/subscribers/" + id), 204);
        }

        public String state() {
            return expect(get("/v4/subscribers/" + id), 200)
                    .at("/subscriber/state")
                    .asText();
        }

        /// What is in the inbox, oldest first.
        public List<Mail> mail() {
            var found = expect(get("/ext/v1/inbox?per_page=1000&to=" + encoded(email)), 200)
                    .get("messages");
            var mail = new ArrayList<Mail>();
            found.forEach(row -> mail.addFirst(new Mail(
                    row.get("subject").asText(),
                    Instant.parse(row.get("received_at").asText()))));
            return mail;
        }

        public List<String> subjectsReceived() {
            return mail().stream().map(Mail::subject).toList();
        }

        /// The whole of the email received last, as the inbox shows one.
        public JsonNode lastMail() {
            var id = expect(get("/ext/v1/inbox?per_page=1&to=" + encoded(email)), 200)
                    .at("/messages/0/id")
                    .asLong();
            return expect(get("/ext/v1/inbox/" + id), 200).get("message");
        }

        /// The ledger's rows of this reader, oldest first.
        public List<JsonNode> deliveries() {
            var rows = new ArrayList<JsonNode>();
            expect(get("/ext/v1/deliveries?per_page=1000&subscriber_id=" + id), 200)
                    .get("deliveries")
                    .forEach(rows::addFirst);
            return rows;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    public long tag(String name) {
        return expect(post("/v4/tags", text(Map.of("name", name))), 200, 201)
                .at("/tag/id")
                .asLong();
    }

    public long field(String label) {
        return expect(post("/v4/custom_fields", text(Map.of("label", label))), 200, 201)
                .at("/custom_field/id")
                .asLong();
    }

    /// @param type `embed` or `hosted`
    public long form(String name, String type) {
        return expect(post("/ext/v1/forms", text(Map.of("name", name, "type", type))), 201)
                .at("/form/id")
                .asLong();
    }

    /// Of the author whom the first start has created, with the address `author@example.com`.
    public String password() {
        return server.founded().orElseThrow().password();
    }

    /// A token of the account whose key was used last, for [#useToken]. Each call makes another.
    public String token() {
        try (var database = Database.open(databaseUrl, 1);
                var idDatabase = Database.open(databaseUrl, 1)) {
            var ids = new IdBlocks(idDatabase);
            var clock = InstantSource.fixed(Instant.parse(MONDAY));
            var account =
                    new ApiKeys(database, ids, clock).find(apiKey).orElseThrow().account();
            return new Tokens(database, ids, clock)
                    .createPersonal(account, "test", Optional.empty())
                    .token();
        }
    }

    /// The key of an account that is new, for [#useKey]. Each call makes another.
    public String stranger() {
        try (var database = Database.open(databaseUrl, 1);
                var idDatabase = Database.open(databaseUrl, 1)) {
            var ids = new IdBlocks(idDatabase);
            var clock = InstantSource.system();
            var email = "stranger" + ids.next() + "@example.com";
            return database.inTx(tx -> {
                var founding = new Accounts.Founding("Stranger", email, "Etc/UTC", 9, Optional.of("2 Tea Street"));
                var account = new Accounts(database, ids, clock)
                        .found(tx, founding)
                        .account()
                        .id();
                new EmailTemplates(database, ids, clock).found(tx, account);
                return new ApiKeys(database, ids, clock)
                        .create(tx, account, "stranger")
                        .key();
            });
        }
    }
}
