package reynard.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;
import reynard.db.Cursor;
import reynard.db.PageRequest;
import reynard.id.AccountId;
import reynard.id.AppId;

/// One request: path, query and body, each read with the rule that it must keep.
///
/// Every reading method throws [InvalidRequest] (422) or answers 404, 400 or 413 by an exception of this room when the
/// rule is broken; an endpoint does not catch them.
public final class Request {
    private static final String TOO_SLOW = "The request body comes too slowly";

    private final Context context;
    private final @Nullable Caller caller;
    private final int bodyBytesMax;
    private final HttpServer.Limits limits;
    private final Supplier<String> address;
    /// The body, once it was read to tell this request from others.
    private byte @Nullable [] known;

    Request(
            Context context,
            @Nullable Caller caller,
            int bodyBytesMax,
            HttpServer.Limits limits,
            Supplier<String> address) {
        this.context = context;
        this.caller = caller;
        this.bodyBytesMax = bodyBytesMax;
        this.limits = limits;
        this.address = address;
    }

    /// The account whose credential this request carries. Only for routes that are not open.
    public AccountId account() {
        if (caller == null) {
            throw new IllegalStateException("an open route has no account: " + context.path());
        }
        return caller.account();
    }

    /// The registered app that calls in the account's name; empty when the account calls itself.
    public Optional<AppId> app() {
        return Optional.ofNullable(caller).flatMap(Caller::app);
    }

    /// Whether it asks for the headers alone.
    public boolean isHead() {
        return context.req().getMethod().equals("HEAD");
    }

    /// Who asks: the other end of the connection, or whom a trusted proxy speaks for.
    public String address() {
        return address.get();
    }

    public Optional<String> cookie(String name) {
        return Optional.ofNullable(context.cookie(name));
    }

    /// Path and query as they came.
    public String pathAndQuery() {
        var query = context.req().getQueryString();
        return context.req().getRequestURI() + (query == null ? "" : "?" + query);
    }

    /// The query as it came, each parameter with all its values.
    public Map<String, List<String>> queries() {
        return context.queryParamMap();
    }

    /// The fields of a form. A body of another kind has none.
    public Map<String, List<String>> form() {
        var type = header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/x-www-form-urlencoded")) {
            return Map.of();
        }
        var fields = new LinkedHashMap<String, List<String>>();
        for (var pair : new String(body(), StandardCharsets.UTF_8).split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                var name = equals < 0 ? pair : pair.substring(0, equals);
                var value = equals < 0 ? "" : pair.substring(equals + 1);
                fields.computeIfAbsent(decoded(name), _ -> new ArrayList<>()).add(decoded(value));
            }
        }
        return fields;
    }

    /// A form that has files.
    ///
    /// @param files by their fields; a field where none was chosen is missing
    public record Upload(Map<String, List<String>> fields, Map<String, File> files) {}

    /// @param name as the sender calls it
    public record File(String name, byte[] content) {}

    /// The fields and files of a form. A body of another kind has none.
    public Upload upload() {
        if (!context.isMultipartFormData()) {
            return new Upload(form(), Map.of());
        }
        var files = new LinkedHashMap<String, File>();
        try {
            for (var field : context.uploadedFileMap().entrySet()) {
                for (var file : field.getValue()) {
                    try (var content = file.content()) {
                        if (!file.filename().isEmpty()) {
                            files.put(field.getKey(), new File(file.filename(), content.readAllBytes()));
                        }
                    }
                }
            }
            return new Upload(context.formParamMap(), files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException | HttpException.RuntimeException e) {
            // Jetty says so of what is too large and of what is cut off.
            throw new Refused(400, "The request body is not a well-formed form");
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refused(400, "The request body is not a well-formed form");
        }
    }

    /// Whether a browser sent this from a page of ours. Every browser says so of a POST; what says nothing is not
    /// believed.
    ///
    /// @param publicUrl what strangers reach this server by
    public boolean isFromOurPage(String publicUrl) {
        var site = header("Sec-Fetch-Site");
        if (site.isPresent()) {
            return site.get().equals("same-origin");
        }
        return header("Origin")
                .map(origin -> {
                    var authority = origin.replaceFirst("^https?://", "");
                    return authority.equals(header("Host").orElse(""))
                            || authority.equals(URI.create(publicUrl).getRawAuthority());
                })
                .orElse(false);
    }

    /// An id in the path. What is no positive integer is nobody's id: 404.
    public <T> T path(String name, LongFunction<T> id) {
        var text = context.pathParam(name);
        if (text.length() > 18 || text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Refused(404, "Not Found");
        }
        return id.apply(Long.parseLong(text));
    }

    public String pathText(String name) {
        return context.pathParam(name);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(context.header(name));
    }

    /// A query parameter; an empty one counts as not given, as real clients mean it. Given twice is refused.
    public Optional<String> query(String name) {
        var values = context.queryParams(name);
        if (values.size() > 1) {
            throw new InvalidRequest(name + " must be given once");
        }
        if (values.isEmpty() || values.getFirst().isEmpty()) {
            return Optional.empty();
        }
        var value = values.getFirst();
        if (value.indexOf('\0') >= 0 || JsonBody.hasLoneSurrogate(value)) {
            throw new InvalidRequest(name + " must be valid Unicode text without NUL");
        }
        return Optional.of(value);
    }

    public boolean flag(String name) {
        return flag(name, query(name));
    }

    private static boolean flag(String name, Optional<String> given) {
        return given.map(value -> switch (value) {
                    case "1", "true" -> true;
                    case "0", "false" -> false;
                    default -> throw new InvalidRequest(name + " must be true or false");
                })
                .orElse(false);
    }

    /// A comma-separated list of words, each of which must be one of those allowed.
    public Set<String> words(String name, List<String> allowed) {
        var words = query(name)
                .map(value -> Set.copyOf(Arrays.asList(value.split("\\s*,\\s*"))))
                .orElse(Set.of());
        if (!Set.copyOf(allowed).containsAll(words)) {
            throw new InvalidRequest(name + " must be one of: " + String.join(", ", allowed));
        }
        return words;
    }

    public Optional<String> oneOf(String name, List<String> allowed) {
        var value = query(name);
        if (value.isPresent() && !allowed.contains(value.get())) {
            throw new InvalidRequest(name + " must be one of: " + String.join(", ", allowed));
        }
        return value;
    }

    public Optional<Long> id(String name) {
        return query(name).map(value -> {
            if (!value.matches("[0-9]{1,18}")) {
                throw new InvalidRequest(name + " must be an id");
            }
            return Long.parseLong(value);
        });
    }

    public Optional<Integer> integer(String name, int min, int max) {
        return query(name).map(value -> {
            if (!value.matches("-?[0-9]{1,9}") || Integer.parseInt(value) < min || Integer.parseInt(value) > max) {
                throw new InvalidRequest(name + " must be an integer between " + min + " and " + max);
            }
            return Integer.parseInt(value);
        });
    }

    /// A day (`2026-11-30`, its first instant in UTC) or an instant; one without a zone is UTC (Kit: Dates).
    public Optional<Instant> instant(String name) {
        return query(name)
                .map(value -> parseInstant(value)
                        .orElseThrow(() -> new InvalidRequest(name + " is incorrectly formatted. Use YYYY-MM-DD.")));
    }

    /// The page that `after`, `before`, `per_page` and `include_total_count` ask for (Kit: Pagination).
    public PageRequest page() {
        var after = cursor("after", query("after"));
        var before = cursor("before", query("before"));
        if (after.isPresent() && before.isPresent()) {
            throw new InvalidRequest("after and before must not be given together");
        }
        return new PageRequest(after, before, perPage(query("per_page")), flag("include_total_count"));
    }

    /// The same for an operation whose body may name the page; what the body does not name is read from the query.
    public PageRequest page(JsonBody body) {
        var after = cursor("after", scalar(body, "after"));
        var before = cursor("before", scalar(body, "before"));
        if (after.isPresent() && before.isPresent()) {
            throw new InvalidRequest("after and before must not be given together");
        }
        return new PageRequest(
                after,
                before,
                perPage(scalar(body, "per_page")),
                flag("include_total_count", scalar(body, "include_total_count")));
    }

    private Optional<String> scalar(JsonBody body, String name) {
        return switch (body.value(name)) {
            case Change.Set<JsonNode>(var node)
            when node.isValueNode() -> Optional.of(node.asText()).filter(text -> !text.isEmpty());
            case Change.Set<JsonNode> _ -> throw new InvalidRequest(name + " must be a single value");
            case Change.Clear<JsonNode> _ -> Optional.empty();
            case Change.Keep<JsonNode> _ -> query(name);
        };
    }

    private static Optional<Cursor> cursor(String name, Optional<String> given) {
        return given.map(
                value -> Cursors.parse(value).orElseThrow(() -> new InvalidRequest(name + " is not a valid cursor")));
    }

    private static int perPage(Optional<String> given) {
        return given.map(value -> {
                    if (!value.matches("[0-9]{1,18}") || Long.parseLong(value) < 1) {
                        throw new InvalidRequest("per_page must be a positive integer");
                    }
                    return (int) Math.min(Long.parseLong(value), PageRequest.PER_PAGE_MAX);
                })
                .orElse(PageRequest.PER_PAGE_DEFAULT);
    }

    /// The body as a JSON object ([JsonBody#parse]).
    public JsonBody json() {
        return JsonBody.parse(body());
    }

    /// How long the body says that it is; empty when it does not say.
    public OptionalLong bodyBytes() {
        long length = context.req().getContentLengthLong();
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    /// A body that was read item by item.
    ///
    /// @param rest its other fields, without arrays and objects
    /// @param bytes how long it was
    public record Streamed(JsonBody rest, long bytes) {}

    /// The body as a JSON object whose one array may be long. Each item is handed on as soon as it is read, with faults
    /// of its own; what is no object in the array is a fault of the rest.
    public Streamed stream(String array, Consumer<JsonBody> each) {
        try (var body = new Intake(in())) {
            var rest = JsonBody.stream(body, array, each);
            return new Streamed(rest, body.bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Refuses a body that turns out to be too large, that comes too slowly, or that ends too early.
    private final class Intake extends FilterInputStream {
        private final long began = System.nanoTime();
        private long bytes;

        Intake(InputStream in) {
            super(in);
        }

        @Override
        public int read() {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            try {
                return counted(super.read(buffer, offset, length));
            } catch (IOException e) {
                throw e.getCause() instanceof TimeoutException || e instanceof InterruptedIOException
                        ? new Refused(408, TOO_SLOW)
                        : new Refused(400, "The request body ends too early");
            }
        }

        private int counted(int read) {
            bytes += Math.max(0, read);
            if (bytes > bodyBytesMax) {
                throw new Refused(413, tooLarge());
            }
            var late = Duration.ofNanos(System.nanoTime() - began).minus(limits.bodyGrace());
            if (late.isPositive() && bytes < late.toMillis() * limits.bodyBytesPerSecond() / 1_000) {
                throw new Refused(408, TOO_SLOW);
            }
            return read;
        }
    }

    /// Refuses what would have to be unpacked: who knows how much it is.
    void refusePacked() {
        var encoding = header("Content-Encoding").orElse("identity");
        if (!encoding.strip().equalsIgnoreCase("identity")) {
            throw new Refused(415, "The request body must not be encoded: Content-Encoding " + encoding.strip());
        }
    }

    /// Refuses a body that says it is too large, before anything of it is read.
    void refuseTooLarge() {
        if (context.req().getContentLengthLong() > bodyBytesMax) {
            throw new Refused(413, tooLarge());
        }
    }

    /// What it asks for, told from everything else: a hash of path, query and body.
    byte[] fingerprint() {
        var body = body();
        known = body;
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(pathAndQuery().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private InputStream in() throws IOException {
        return known == null ? context.req().getInputStream() : new ByteArrayInputStream(known);
    }

    /// The body as it came.
    public byte[] body() {
        try {
            return new Intake(in()).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String tooLarge() {
        return "The request body must be at most " + bodyBytesMax + " bytes";
    }

    /// A date as requests write it; see [#instant]. Years have four digits: others are no dates of mail, and PostgreSQL
    /// keeps only some of them.
    public static Optional<Instant> parseInstant(String text) {
        var value = text.strip().replace(' ', 'T').toUpperCase(Locale.ROOT);
        if (!value.matches("[0-9]{4}-.*")) {
            return Optional.empty();
        }
        try {
            if (value.length() == 10) {
                return Optional.of(
                        LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant());
            }
            if (value.endsWith("Z") || value.matches(".*[+-][0-9]{2}:?[0-9]{2}$")) {
                return Optional.of(OffsetDateTime.parse(value).toInstant());
            }
            return Optional.of(LocalDateTime.parse(value).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
