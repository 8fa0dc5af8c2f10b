package reynard.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A real SMTP server on loopback that does as its script says, and otherwise what a good server does.
///
/// ```java
/// smtp.on(Verb.RCPT, 450, "4.7.1 slow down").times(2);
/// smtp.on(Verb.DOT).storing().drops(); // accepted, and the client never learns it
/// ```
///
/// A rule is used for every turn of its verb, or as often as it says; the first that still applies wins.
/// Messages are kept as they were before dot-stuffing, each line ended by CRLF; bytes are shown as ISO-8859-1
/// characters, so nothing is lost. Safe for many connections at once.
public final class FakeSmtp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// The turns of a conversation at which the server speaks. `BODY` comes while the message does.
    public enum Verb {
        GREETING,
        EHLO,
        HELO,
        STARTTLS,
        AUTH,
        MAIL,
        RCPT,
        DATA,
        BODY,
        DOT,
        RSET,
        QUIT,
        NOOP
    }

    /// One accepted message: on which connection (from 1), for whom, and its bytes as ISO-8859-1.
    public record Received(int connection, String sender, String recipient, String content) {
        /// The value of a header, unfolded; empty if there is none.
        public String header(String name) {
            var head = content.substring(0, Math.max(0, content.indexOf("\r\n\r\n")))
                    .replaceAll("\r\n[ \t]+", " ");
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /// What to do at one turn instead of the usual. Set it up before a client can reach that turn.
    public static final class Rule {
        private final Verb verb;
        private String reply = "";
        private int times = Integer.MAX_VALUE;
        private String recipient = "";
        private int bodyBytes;
        private boolean dropsBefore;
        private boolean dropsAfter;
        private boolean silent;
        private boolean inPieces;
        private Duration betweenPieces = Duration.ZERO;
        private boolean storing;
        private Duration slowness = Duration.ZERO;
        private boolean steady;
        private int message;
        private @Nullable CountDownLatch latch;
        private final CountDownLatch answered = new CountDownLatch(1);

        private Rule(Verb verb) {
            this.verb = verb;
        }

        /// Only for the next `count` turns.
        public Rule times(int count) {
            times = count;
            return this;
        }

        /// Only in a transaction whose recipient contains this; from RCPT on.
        public Rule to(String part) {
            recipient = part;
            return this;
        }

        /// Answers with exactly these bytes, which may be no SMTP at all.
        public Rule answers(String raw) {
            reply = raw;
            return this;
        }

        /// Closes the connection instead of answering.
        public Rule drops() {
            dropsBefore = true;
            return this;
        }

        /// Answers, then closes the connection.
        public Rule thenDrops() {
            dropsAfter = true;
            return this;
        }

        /// Answers nothing and holds the line until the client gives up.
        public Rule staysSilent() {
            silent = true;
            return this;
        }

        /// Sends each byte of the answer in a packet of its own.
        public Rule inPieces() {
            inPieces = true;
            return this;
        }

        /// Sends each byte of the answer by itself, so long after the one before.
        public Rule inPieces(Duration between) {
            betweenPieces = between;
            return inPieces();
        }

        /// Takes its time: always as much.
        public Rule taking(Duration time) {
            slowness = time;
            steady = true;
            return this;
        }

        /// Only at the message of this number, from 1, of its connection.
        public Rule atMessage(int number) {
            message = number;
            return this;
        }

        /// Takes its time: up to so much, each length being as likely as another.
        public Rule takingUpTo(Duration atMost) {
            slowness = atMost;
            return this;
        }

        /// Waits for the latch before it does anything.
        public Rule after(CountDownLatch opened) {
            latch = opened;
            return this;
        }

        /// At `DOT`: keeps the message, whatever the client is told.
        public Rule storing() {
            storing = true;
            return this;
        }

        /// At `BODY`: when so many bytes of the message have come.
        public Rule afterBytes(int count) {
            bodyBytes = count;
            return this;
        }

        /// Waits until this rule has answered for the first time.
        public void awaitAnswered() {
            waitFor(answered, "the rule for " + verb + " has not answered");
        }

        private boolean stores() {
            return storing || (!dropsBefore && !silent && (reply.isEmpty() || reply.startsWith("2")));
        }
    }

    private static final String ENVID = " ENVID=";

    private final ServerSocket server;
    private final Optional<SSLContext> tls;
    private final boolean implicitTls;
    private final List<Rule> rules = new ArrayList<>();
    private final List<String> keywords = new CopyOnWriteArrayList<>(
            List.of("PIPELINING", "SIZE 35882577", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8"));
    private final Map<String, String> accounts = new ConcurrentHashMap<>();
    private final List<Received> messages = new CopyOnWriteArrayList<>();
    private final List<CountDownLatch> arrivals = new CopyOnWriteArrayList<>();
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<Conversation> conversations = new CopyOnWriteArrayList<>();
    private final AtomicInteger early = new AtomicInteger();
    private final Random random = new Random(4711);
    private volatile @Nullable ArrivalLog log;

    private FakeSmtp(Optional<SSLContext> tls, boolean implicitTls) throws IOException {
        this.tls = tls;
        this.implicitTls = implicitTls;
        this.server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        if (tls.isPresent() && !implicitTls) {
            keywords.add("STARTTLS");
        }
    }

    public static FakeSmtp start() {
        return start(Optional.empty(), false);
    }

    /// Offers STARTTLS with the context's certificate.
    public static FakeSmtp startWithStartTls(SSLContext tls) {
        return start(Optional.of(tls), false);
    }

    /// Speaks TLS from the first byte.
    public static FakeSmtp startWithTls(SSLContext tls) {
        return start(Optional.of(tls), true);
    }

    private static FakeSmtp start(Optional<SSLContext> tls, boolean implicitTls) {
        try {
            var smtp = new FakeSmtp(tls, implicitTls);
            Thread.ofVirtual().name("fake-smtp").start(smtp::accept);
            return smtp;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A rule that answers; a line feed in the text makes the reply one of several lines.
    public Rule on(Verb verb, int code, String text) {
        return on(verb).answers(reply(code, text));
    }

    /// A rule that does not answer, or answers as usual with a difference.
    public Rule on(Verb verb) {
        var rule = new Rule(verb);
        synchronized (rules) {
            rules.add(rule);
        }
        return rule;
    }

    /// Forgets all rules: from here on a good server.
    public void behave() {
        synchronized (rules) {
            rules.clear();
        }
    }

    /// Adds keywords to the answer to EHLO.
    public FakeSmtp offering(String... more) {
        keywords.addAll(List.of(more));
        return this;
    }

    /// Takes keywords from the answer to EHLO, by how they begin.
    public FakeSmtp withholding(String... less) {
        for (var keyword : less) {
            keywords.removeIf(offered -> offered.startsWith(keyword));
        }
        return this;
    }

    /// Asks for this login before any mail; offers these AUTH mechanisms, `PLAIN` or `LOGIN` or both.
    public FakeSmtp requiringLogin(String user, String password, String mechanisms) {
        accounts.put(user, password);
        return offering("AUTH " + mechanisms);
    }

    /// Writes down what arrives, before the client is told, and keeps nothing else: for messages by the thousand. Asks
    /// for the id of each (ENVID of RFC 3461), so that one of which it gets no octet has a name too.
    public FakeSmtp recordingOnly(ArrivalLog arrivals) {
        log = arrivals;
        return offering("DSN");
    }

    public int port() {
        return server.getLocalPort();
    }

    /// The relay's URL, without user and options.
    public String url() {
        return (implicitTls ? "smtps" : "smtp") + "://localhost:" + port();
    }

    /// What was accepted so far, in order.
    public List<Received> messages() {
        return List.copyOf(messages);
    }

    /// All command lines so far, of all connections, without line ends.
    public List<String> commands() {
        return List.copyOf(commands);
    }

    /// How many connections there have been.
    public int connections() {
        return conversations.size();
    }

    /// How many commands came before the one before them was answered.
    public int earlyCommands() {
        return early.get();
    }

    /// All bytes that clients sent in clear or inside TLS, connection after connection, as ISO-8859-1.
    public String wire() {
        var all = new StringBuilder();
        conversations.forEach(conversation -> all.append(conversation.heard()));
        return all.toString();
    }

    /// Waits until so many messages have been accepted, whether or not their senders know it.
    public void awaitMessages(int count) {
        var arrival = new CountDownLatch(count);
        synchronized (messages) {
            messages.forEach(_ -> arrival.countDown());
            arrivals.add(arrival);
        }
        waitFor(arrival, "fewer than " + count + " messages have come");
    }

    /// Waits until every connection so far is closed.
    public void awaitAllClosed() {
        for (var conversation : conversations) {
            conversation.awaitEnd();
        }
    }

    /// Closes every connection without a word, as relays do; goes on accepting.
    public void hangUp() {
        conversations.forEach(Conversation::close);
        awaitAllClosed();
    }

    @Override
    public void close() {
        try {
            server.close();
            hangUp();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var conversation = new Conversation(server.accept(), conversations.size() + 1);
                conversations.add(conversation);
                conversation.start();
            } catch (IOException _) {
                // Closed: the loop ends.
            }
        }
    }

    private static void waitFor(CountDownLatch latch, String otherwise) {
        try {
            if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(otherwise);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private @Nullable Rule rule(Verb verb, String recipient, int message) {
        synchronized (rules) {
            for (var rule : rules) {
                if (rule.verb == verb
                        && rule.times > 0
                        && recipient.contains(rule.recipient)
                        && (rule.message == 0 || rule.message == message)) {
                    rule.times--;
                    return rule;
                }
            }
            return null;
        }
    }

    private void keep(Received received) throws IOException {
        var written = log;
        if (written != null) {
            written.arrived(received);
            return;
        }
        synchronized (messages) {
            messages.add(received);
            arrivals.forEach(CountDownLatch::countDown);
        }
    }

    private static String reply(int code, String text) {
        var lines = text.split("\n", -1);
        var reply = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            reply.append(code)
                    .append(i < lines.length - 1 ? '-' : ' ')
                    .append(lines[i])
                    .append("\r\n");
        }
        return reply.toString();
    }

    private final class Conversation {
        private final int number;
        private final Socket tcp;
        private final Thread thread;
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
        private Socket socket;
        private InputStream in;
        private final StringBuilder begun = new StringBuilder();
        private String envelopeId = "";
        private String sender = "";
        private String recipient = "";
        private boolean loggedIn;
        /// The number of the message that is, or comes next.
        private int message = 1;

        Conversation(Socket tcp, int number) throws IOException {
            this.tcp = tcp;
            this.number = number;
            this.socket = tcp;
            this.in = new BufferedInputStream(tcp.getInputStream());
            this.thread = Thread.ofVirtual().name("fake-smtp-" + number).unstarted(this::run);
            tcp.setTcpNoDelay(true);
        }

        void start() {
            thread.start();
        }

        private void run() {
            try (tcp) {
                if (implicitTls) {
                    encrypt();
                }
                int code = answer(Verb.GREETING, reply(220, "fake.example ESMTP"));
                while (code != 221 && code != 421) {
                    code = turn(line());
                }
            } catch (IOException _) {
                // The client is gone, or the script sent it away.
            }
        }

        private int turn(String line) throws IOException {
            if (log == null) {
                commands.add(line);
            }
            var word = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
            return switch (word) {
                case "EHLO" -> answer(Verb.EHLO, reply(250, "fake.example\n" + String.join("\n", offered())));
                case "HELO" -> answer(Verb.HELO, reply(250, "fake.example"));
                case "STARTTLS" -> startTls();
                case "AUTH" -> authenticate(line);
                case "MAIL" -> mail(line);
                case "RCPT" -> rcpt(line);
                case "DATA" -> data();
                case "RSET" -> reset();
                case "NOOP" -> answer(Verb.NOOP, reply(250, "2.0.0 OK"));
                case "QUIT" -> answer(Verb.QUIT, reply(221, "2.0.0 Bye"));
                default -> say(reply(500, "5.5.2 What?"));
            };
        }

        private List<String> offered() {
            boolean encrypted = socket instanceof SSLSocket;
            return keywords.stream()
                    .filter(keyword -> !encrypted || !keyword.equals("STARTTLS"))
                    .toList();
        }

        private int startTls() throws IOException {
            int code = answer(Verb.STARTTLS, reply(220, "2.0.0 Go ahead"));
            if (code == 220) {
                encrypt();
            }
            return code;
        }

        private void encrypt() throws IOException {
            var factory = tls.orElseThrow().getSocketFactory();
            var encrypted = (SSLSocket) factory.createSocket(tcp, null, tcp.getPort(), false);
            encrypted.setUseClientMode(false);
            encrypted.startHandshake();
            socket = encrypted;
            in = new BufferedInputStream(encrypted.getInputStream());
        }

        private int authenticate(String line) throws IOException {
            var words = line.split(" ");
            String user;
            String password;
            if (words[1].equalsIgnoreCase("PLAIN")) {
                var parts = decoded(words[2]).split("\0", -1);
                user = parts[1];
                password = parts[2];
            } else {
                say(reply(334, "VXNlcm5hbWU6"));
                user = decoded(line());
                say(reply(334, "UGFzc3dvcmQ6"));
                password = decoded(line());
            }
            boolean right = password.equals(accounts.get(user));
            int code = answer(Verb.AUTH, right ? reply(235, "2.7.0 Welcome") : reply(535, "5.7.8 Wrong"));
            loggedIn = code == 235;
            return code;
        }

        private static String decoded(String base64) {
            return new String(Base64.getDecoder().decode(base64), UTF_8);
        }

        private int mail(String line) throws IOException {
            if (!accounts.isEmpty() && !loggedIn) {
                return say(reply(530, "5.7.0 Authentication required"));
            }
            if (!sender.isEmpty()) {
                return say(reply(503, "5.5.1 Nested MAIL command"));
            }
            int code = answer(Verb.MAIL, reply(250, "2.1.0 OK"));
            sender = code == 250 ? path(line) : "";
            var id = line.indexOf(ENVID);
            envelopeId = id < 0 ? "" : line.substring(id + ENVID.length()).split(" ", 2)[0];
            return code;
        }

        private int rcpt(String line) throws IOException {
            if (sender.isEmpty()) {
                return say(reply(503, "5.5.1 Need MAIL command"));
            }
            recipient = path(line);
            int code = answer(Verb.RCPT, reply(250, "2.1.5 OK"));
            recipient = code == 250 ? recipient : "";
            return code;
        }

        private static String path(String line) {
            return line.substring(line.indexOf('<') + 1, line.lastIndexOf('>'));
        }

        private int data() throws IOException {
            if (recipient.isEmpty()) {
                return say(reply(503, "5.5.1 Need RCPT command"));
            }
            int code = answer(Verb.DATA, reply(354, "End with a dot"));
            if (code != 354) {
                return code;
            }
            begun.setLength(0);
            boolean answered = false;
            try {
                readBody();
                var received = new Received(number, sender, recipient, begun.toString());
                var rule = rule(Verb.DOT, recipient, message);
                if (rule == null || rule.stores()) {
                    keep(received);
                }
                int outcome = answer(rule, reply(250, "2.0.0 Queued"));
                answered = true;
                message++;
                sender = "";
                recipient = "";
                return outcome;
            } finally {
                var written = log;
                if (!answered && written != null) {
                    written.broke(envelopeId);
                }
            }
        }

        private void readBody() throws IOException {
            var rule = rule(Verb.BODY, recipient, message);
            if (rule != null) {
                while (begun.length() < rule.bodyBytes) {
                    begun.append((char) octet());
                }
                answer(rule, "");
            }
            for (var line = line(); !line.equals("."); line = line()) {
                begun.append(line, line.startsWith(".") ? 1 : 0, line.length()).append("\r\n");
            }
        }

        private int reset() throws IOException {
            sender = "";
            recipient = "";
            return answer(Verb.RSET, reply(250, "2.0.0 OK"));
        }

        private int answer(Verb verb, String usual) throws IOException {
            return answer(rule(verb, recipient, message), usual);
        }

        private int answer(@Nullable Rule rule, String usual) throws IOException {
            if (rule == null) {
                return say(usual);
            }
            if (rule.latch != null) {
                waitFor(rule.latch, "nobody opened the latch");
            }
            if (rule.slowness.isPositive()) {
                long most = rule.slowness.toNanos();
                LockSupport.parkNanos(rule.steady ? most : random.nextLong(most));
            }
            if (rule.silent) {
                while (in.read() >= 0) {
                    // Whatever the client still says, there is no answer.
                }
            }
            if (rule.silent || rule.dropsBefore) {
                throw new EOFException("as the script says");
            }
            var reply = rule.reply.isEmpty() ? usual : rule.reply;
            int code = rule.inPieces ? sayInPieces(reply, rule.betweenPieces) : say(reply);
            rule.answered.countDown();
            if (rule.dropsAfter) {
                throw new EOFException("as the script says");
            }
            return code;
        }

        private int say(String reply) throws IOException {
            if (in.available() > 0) {
                early.incrementAndGet();
            }
            socket.getOutputStream().write(reply.getBytes(UTF_8));
            return code(reply);
        }

        private int sayInPieces(String reply, Duration between) throws IOException {
            for (byte octet : reply.getBytes(UTF_8)) {
                LockSupport.parkNanos(between.toNanos());
                socket.getOutputStream().write(octet);
            }
            return code(reply);
        }

        private static int code(String reply) {
            return reply.matches("(?s)[2-5][0-9][0-9].*") ? Integer.parseInt(reply.substring(0, 3)) : 0;
        }

        /// Up to CRLF; a bare CR or LF is a part of the line.
        private String line() throws IOException {
            var line = new ByteArrayOutputStream(128);
            int before = 0;
            while (true) {
                int octet = octet();
                line.write(octet);
                if (octet == '\n' && before == '\r') {
                    return line.toString(ISO_8859_1).substring(0, line.size() - 2);
                }
                before = octet;
            }
        }

        private int octet() throws IOException {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException();
            }
            if (log == null) {
                synchronized (heard) {
                    heard.write(octet);
                }
            }
            return octet;
        }

        String heard() {
            synchronized (heard) {
                return heard.toString(ISO_8859_1);
            }
        }

        void close() {
            try {
                tcp.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void awaitEnd() {
            try {
                if (!thread.join(PATIENCE)) {
                    throw new IllegalStateException("connection " + number + " is still open");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
