package reynard.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The wire between a server and its PostgreSQL, which breaks as its script says. It understands as much of the
/// protocol as it takes to tell one request from the next and to know its SQL.
///
/// ```java
/// line.on("set at_dot = true").cutsBefore();    // the request never reaches PostgreSQL
/// line.onCommitOf("set at_dot = true").cutsAfter(); // it does, and its answer is lost
/// ```
///
/// A rule is used once. Safe for many connections at once.
public final class DatabaseLine implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// What happens to one request.
    public static final class Rule {
        private enum Deed {
            CUT_BEFORE,
            CUT_AFTER,
            HOLD_BEFORE,
            HOLD_AFTER
        }

        private final String sql;
        private final boolean atCommit;
        private int skips;
        private byte[] value = {};
        private Deed deed = Deed.CUT_BEFORE;
        private boolean used;
        private final CountDownLatch reached = new CountDownLatch(1);

        private Rule(String sql, boolean atCommit, int skips) {
            this.sql = sql;
            this.atCommit = atCommit;
            this.skips = skips;
        }

        /// Only if a parameter of the request, or of its transaction, is this number.
        public Rule about(long number) {
            value = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
            return this;
        }

        /// Breaks the connection instead of passing the request on.
        public Rule cutsBefore() {
            deed = Deed.CUT_BEFORE;
            return this;
        }

        /// Passes the request on, waits for the whole answer, and breaks the connection instead of passing it back.
        public Rule cutsAfter() {
            deed = Deed.CUT_AFTER;
            return this;
        }

        /// Keeps the request for ever.
        public Rule holdsBefore() {
            deed = Deed.HOLD_BEFORE;
            return this;
        }

        /// Passes the request on and keeps the answer for ever.
        public Rule holdsAfter() {
            deed = Deed.HOLD_AFTER;
            return this;
        }

        /// Waits until the rule has been used.
        public void awaitReached() {
            waitFor(reached, "no request has come for: " + sql);
        }

        public boolean isReached() {
            return reached.getCount() == 0;
        }

        /// @param values the parameters, in the protocol's bytes as ISO-8859-1
        private boolean fits(String request, String transaction, String values) {
            if (used
                    || !(atCommit ? request.equals("COMMIT") && transaction.contains(sql) : request.contains(sql))
                    || !values.contains(new String(value, ISO_8859_1))) {
                return false;
            }
            used = skips-- == 0;
            return used;
        }
    }

    private final String upstreamUrl;
    private final InetSocketAddress upstream;
    private final ServerSocket server;
    private final List<Rule> rules = new ArrayList<>();
    private final Set<Wire> wires = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch light = new CountDownLatch(0);
    private int requests;

    private DatabaseLine(String jdbcUrl) throws IOException {
        this.upstreamUrl = jdbcUrl;
        var place = jdbcUrl.replaceFirst("jdbc:postgresql://([^/]+)/.*", "$1").split(":", 2);
        this.upstream = new InetSocketAddress(place[0], Integer.parseInt(place[1]));
        this.server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    }

    /// A line to the PostgreSQL of this URL, which must not ask for encryption.
    public static DatabaseLine to(String jdbcUrl) {
        try {
            var line = new DatabaseLine(jdbcUrl);
            Thread.ofVirtual().name("database-line").start(line::accept);
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The URL of the database at the other end, by this line.
    public String url() {
        return upstreamUrl.replaceFirst("//[^/]+/", "//127.0.0.1:" + server.getLocalPort() + "/");
    }

    /// For the next request whose SQL contains this.
    public Rule on(String sql) {
        return add(new Rule(sql, false, 0));
    }

    /// For the next commit of a transaction with a statement that contains this.
    public Rule onCommitOf(String sql) {
        return add(new Rule(sql, true, 0));
    }

    /// For one request of all from now on, the first being 0.
    public Rule onRequest(int number) {
        return add(new Rule("", false, number));
    }

    private Rule add(Rule rule) {
        synchronized (rules) {
            rules.add(rule);
        }
        return rule;
    }

    /// Forgets all rules.
    public void behave() {
        synchronized (rules) {
            rules.clear();
        }
    }

    /// How many requests there have been.
    public int requests() {
        synchronized (rules) {
            return requests;
        }
    }

    /// From now on no byte gets through, and nobody is told.
    public void goesDark() {
        light = new CountDownLatch(1);
    }

    /// What was kept back goes on its way.
    public void goesOn() {
        light.countDown();
    }

    /// Breaks all connections.
    public void breaks() {
        wires.forEach(Wire::close);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        goesOn();
        breaks();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                try {
                    var wire = new Wire(client, new Socket(upstream.getAddress(), upstream.getPort()));
                    wires.add(wire);
                    Thread.ofVirtual().start(() -> wire.run(wire::ask));
                    Thread.ofVirtual().start(() -> wire.run(wire::answer));
                } catch (IOException _) {
                    // PostgreSQL is not there, so neither are we.
                    client.close();
                }
            } catch (IOException _) {
                // Closed: the loop ends.
            }
        }
    }

    private @Nullable Rule rule(String request, String transaction, String values) {
        synchronized (rules) {
            requests++;
            Rule found = null;
            for (var rule : rules) {
                found = rule.fits(request, transaction, values) && found == null ? rule : found;
            }
            return found;
        }
    }

    private void awaitLight() {
        waitFor(light, "dark for too long", Duration.ofHours(1));
    }

    private static void waitFor(CountDownLatch latch, String otherwise) {
        waitFor(latch, otherwise, PATIENCE);
    }

    private static void waitFor(CountDownLatch latch, String otherwise, Duration atMost) {
        try {
            if (!latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(otherwise);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// One connection, both ways.
    private final class Wire {
        private final Socket client;
        private final Socket database;
        private final Map<String, String> prepared = new HashMap<>();
        private final StringBuilder transaction = new StringBuilder();
        private final StringBuilder values = new StringBuilder();
        private final StringBuilder bound = new StringBuilder();
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean keepsAnswers;
        private volatile CountDownLatch answered = new CountDownLatch(1);

        Wire(Socket client, Socket database) throws IOException {
            this.client = client;
            this.database = database;
            client.setTcpNoDelay(true);
            database.setTcpNoDelay(true);
        }

        private interface Direction {
            void run() throws IOException;
        }

        void run(Direction direction) {
            try {
                direction.run();
            } catch (IOException _) {
                // One end is gone; so is the other.
            } finally {
                close();
            }
        }

        void close() {
            wires.remove(this);
            ended.countDown();
            try {
                client.close();
                database.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void ask() throws IOException {
            var in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            var out = database.getOutputStream();
            out.write(startup(in));
            var request = new ByteArrayOutputStream();
            var sql = new StringBuilder();
            while (true) {
                int type = octet(in);
                var body = body(in);
                write(request, type, body);
                describe(type, ByteBuffer.wrap(body), sql);
                if (type == 'S' || type == 'Q') {
                    pass(request, sql.toString().strip());
                    sql.setLength(0);
                } else if (type != 'P' && type != 'B' && type != 'D' && type != 'E' && type != 'C') {
                    awaitLight();
                    request.writeTo(out);
                    request.reset();
                }
            }
        }

        private byte[] startup(DataInputStream in) throws IOException {
            int length = in.readInt();
            return ByteBuffer.allocate(length)
                    .putInt(length)
                    .put(in.readNBytes(length - 4))
                    .array();
        }

        private void describe(int type, ByteBuffer body, StringBuilder sql) {
            switch (type) {
                case 'Q' -> sql.append(text(body)).append('\n');
                case 'P' -> prepared.put(text(body), text(body));
                case 'B' -> {
                    text(body);
                    sql.append(prepared.getOrDefault(text(body), "")).append('\n');
                    bound.append(ISO_8859_1.decode(body));
                }
                default -> {}
            }
        }

        private void pass(ByteArrayOutputStream request, String sql) throws IOException {
            if (sql.startsWith("BEGIN")) {
                transaction.setLength(0);
                values.setLength(0);
            }
            values.append(bound);
            bound.setLength(0);
            transaction.append(sql).append('\n');
            var rule = rule(sql, transaction.toString(), values.toString());
            awaitLight();
            if (rule == null) {
                request.writeTo(database.getOutputStream());
                request.reset();
                return;
            }
            if (rule.deed == Rule.Deed.CUT_AFTER || rule.deed == Rule.Deed.HOLD_AFTER) {
                answered = new CountDownLatch(1);
                keepsAnswers = true;
                request.writeTo(database.getOutputStream());
                waitFor(answered, "PostgreSQL does not answer");
            }
            rule.reached.countDown();
            if (rule.deed == Rule.Deed.HOLD_BEFORE || rule.deed == Rule.Deed.HOLD_AFTER) {
                // Nothing more is said here until the client is gone.
                client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            }
            throw new EOFException("as the script says");
        }

        private void answer() throws IOException {
            var in = new DataInputStream(new BufferedInputStream(database.getInputStream()));
            var out = client.getOutputStream();
            var message = new ByteArrayOutputStream();
            while (true) {
                int type = octet(in);
                write(message, type, body(in));
                if (in.available() == 0 || type == 'Z') {
                    awaitLight();
                    if (!keepsAnswers) {
                        message.writeTo(out);
                    }
                    message.reset();
                }
                if (type == 'Z') {
                    answered.countDown();
                }
            }
        }

        private static int octet(DataInputStream in) throws IOException {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException();
            }
            return octet;
        }

        private static byte[] body(DataInputStream in) throws IOException {
            int length = in.readInt() - 4;
            var body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException();
            }
            return body;
        }

        private static void write(ByteArrayOutputStream out, int type, byte[] body) throws IOException {
            out.write(type);
            out.write(ByteBuffer.allocate(4).putInt(body.length + 4).array());
            out.write(body);
        }

        private static String text(ByteBuffer body) {
            int start = body.position();
            while (body.get() != 0) {
                // Up to the zero that ends it.
            }
            return UTF_8.decode(body.slice(start, body.position() - 1 - start)).toString();
        }
    }
}
