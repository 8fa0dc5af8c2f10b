package reynard.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.access.Apps;
import reynard.access.Invitations;
import reynard.access.LoginEndpoints;
import reynard.access.OAuthEndpoints;
import reynard.access.RateLimit;
import reynard.access.Rations;
import reynard.access.Repetitions;
import reynard.access.Resets;
import reynard.access.SecondFactors;
import reynard.access.Sessions;
import reynard.access.Tokens;
import reynard.account.AccountEndpoints;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.account.Members;
import reynard.account.Secrets;
import reynard.account.Vault;
import reynard.bounce.BounceEndpoints;
import reynard.bounce.BounceListener;
import reynard.bounce.Bounces;
import reynard.bounce.Providers;
import reynard.broadcast.BroadcastEndpoints;
import reynard.broadcast.Broadcasts;
import reynard.broadcast.Mailing;
import reynard.broadcast.PostLinks;
import reynard.broadcast.Writer;
import reynard.bulk.Bulk;
import reynard.bulk.BulkEndpoints;
import reynard.bulk.Foreman;
import reynard.bulk.Labour;
import reynard.consent.ConsentEndpoints;
import reynard.consent.Consents;
import reynard.db.Database;
import reynard.db.EmbeddedDatabase;
import reynard.db.IdBlocks;
import reynard.db.SessionLock;
import reynard.db.SettingStore;
import reynard.delivery.Deliveries;
import reynard.delivery.DeliveryEndpoints;
import reynard.delivery.Exchanges;
import reynard.delivery.Letters;
import reynard.delivery.Links;
import reynard.delivery.Notices;
import reynard.delivery.Relays;
import reynard.delivery.Rescuer;
import reynard.delivery.Sender;
import reynard.delivery.smtp.ConnectionPool;
import reynard.delivery.smtp.Relay;
import reynard.delivery.smtp.SmtpSettings;
import reynard.draft.Drafts;
import reynard.enrollment.Brake;
import reynard.enrollment.EnrollmentEndpoints;
import reynard.enrollment.Enrollments;
import reynard.enrollment.Replanner;
import reynard.enrollment.Retimer;
import reynard.enrollment.Standings;
import reynard.enrollment.Walker;
import reynard.event.Events;
import reynard.feedback.MailgunSignature;
import reynard.feedback.SendgridSignature;
import reynard.foresight.Edits;
import reynard.foresight.Forecast;
import reynard.foresight.ForesightEndpoints;
import reynard.foresight.Impact;
import reynard.foresight.Why;
import reynard.form.FormEndpoints;
import reynard.form.Forms;
import reynard.http.HttpServer;
import reynard.http.Routes;
import reynard.identity.DkimKeys;
import reynard.identity.DnsCache;
import reynard.identity.DnsClient;
import reynard.identity.ReturnPath;
import reynard.inbox.Inbox;
import reynard.inbox.InboxEndpoints;
import reynard.inbox.InboxListener;
import reynard.page.PageEndpoints;
import reynard.person.People;
import reynard.person.PersonEndpoints;
import reynard.post.PostEndpoints;
import reynard.post.PostPageEndpoints;
import reynard.proof.ProofEndpoints;
import reynard.proof.Proofs;
import reynard.proof.SenderProofs;
import reynard.proof.SendingAddressEndpoints;
import reynard.purchase.PurchaseEndpoints;
import reynard.purchase.Purchases;
import reynard.reader.AddressChanges;
import reynard.reader.LeavingEndpoints;
import reynard.reference.ReferenceEndpoints;
import reynard.report.ReportEndpoints;
import reynard.report.Reports;
import reynard.segment.SegmentEndpoints;
import reynard.segment.Segments;
import reynard.segment.SubscriberFilterEndpoints;
import reynard.sequence.AccountSettingsEndpoints;
import reynard.sequence.ScheduleEndpoints;
import reynard.sequence.SequenceEmailEndpoints;
import reynard.sequence.SequenceEndpoints;
import reynard.sequence.Sequences;
import reynard.sheet.Sheets;
import reynard.signup.FormPageEndpoints;
import reynard.signup.FormPages;
import reynard.signup.SignupEndpoints;
import reynard.signup.Signups;
import reynard.subscriber.CustomFields;
import reynard.subscriber.ErasedAddresses;
import reynard.subscriber.LocationEndpoints;
import reynard.subscriber.SubscriberEndpoints;
import reynard.subscriber.Subscribers;
import reynard.subscriber.SuppressionEndpoints;
import reynard.subscriber.Suppressions;
import reynard.tag.TagEndpoints;
import reynard.tag.Tags;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplates;
import reynard.template.SnippetEndpoints;
import reynard.template.Snippets;
import reynard.template.TemplateEndpoints;
import reynard.tracking.Announcer;
import reynard.tracking.Intake;
import reynard.tracking.LinkRewriter;
import reynard.tracking.Months;
import reynard.tracking.Targets;
import reynard.tracking.TrackingEndpoints;
import reynard.trigger.LinkTriggerEndpoints;
import reynard.trigger.LinkTriggers;
import reynard.tzdata.TzData;
import reynard.webhook.Callbacks;
import reynard.webhook.Courier;
import reynard.webhook.Fetch;
import reynard.webhook.HookEndpoints;
import reynard.webhook.Hooks;
import reynard.webhook.NameResolver;
import reynard.webhook.Outbox;
import reynard.webhook.Poster;
import reynard.webhook.ReceiverEndpoints;
import reynard.webhook.Receivers;

/// A running server: every room built and connected, the loops going. [#close] stops it in the reverse order.
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final int DATABASE_CONNECTIONS = 40;
    private static final int INBOX_CONNECTIONS = 16;
    private static final Duration PATIENCE = Duration.ofMillis(500);
    /// On a virtual clock no time passes while something waits, so what is due at an instant goes out at that instant.
    private static final Duration WITHOUT_TIME = Duration.ofMinutes(10);

    private static final Duration LIFE_PAUSE = Duration.ofSeconds(1);
    private static final Duration SWEEP_PAUSE = Duration.ofMinutes(1);

    private final Parts parts;
    private final HttpServer http;
    private final Optional<Integer> bouncePort;
    private final Optional<Founding.Credentials> founded;
    private final Routes routes = new Routes();

    private Server(Settings settings, Parts parts) throws SQLException {
        this.parts = parts;
        try {
            var tzDataLoading = CompletableFuture.supplyAsync(() -> TzData.newest(settings.tzdataDir()));
            var jdbcUrl = settings.databaseUrl().orElseGet(() -> startEmbedded(settings));
            Database.migrate(jdbcUrl);
            var database = parts.start(() -> Database.open(jdbcUrl, DATABASE_CONNECTIONS));
            // Ids are taken in transactions of their own, beside those that ask for them.
            var ids = new IdBlocks(parts.start(() -> Database.open(jdbcUrl, 1)));
            var clock = clock(settings, database);
            var tzData = tzDataLoading.join();
            LOG.info("tz data {} from {}", tzData.version(), tzData.source());

            long node = RandomGenerator.getDefault().nextLong(1, Long.MAX_VALUE);
            var life = parts.start(() -> SessionLock.take(jdbcUrl, node));

            var events = new Events();
            var accounts = new Accounts(database, ids, clock);
            var apiKeys = new ApiKeys(database, ids, clock);
            var vault = settings.vault().orElseGet(() -> Vault.in(settings.dataDir()));
            var erasedAddresses = new ErasedAddresses(erasureSecret(database, vault));
            var subscribers = new Subscribers(database, ids, events, erasedAddresses, clock);
            var customFields = new CustomFields(database, ids, events, clock);
            var tags = new Tags(database, ids, events, clock);
            var forms = new Forms(database, ids, subscribers, events, clock);
            var segments = new Segments(database, ids, clock);
            var templates = new EmailTemplates(database, ids, clock);
            var snippets = new Snippets(database, ids, clock);
            var sequences = new Sequences(database, ids, events, clock);
            var deliveries = new Deliveries(database, ids, events);
            var enrollments = new Enrollments(
                    database,
                    ids,
                    clock,
                    events,
                    subscribers,
                    segments,
                    sequences,
                    deliveries,
                    tzData,
                    settings.policies());
            var purchases = new Purchases(database, ids, events, subscribers, clock);
            var broadcasts = new Broadcasts(database, ids, events, deliveries, accounts, snippets, clock);
            var outbox =
                    new Outbox(ids, events, subscribers, customFields, tags, forms, sequences, broadcasts, purchases);
            var receivers = new Receivers(database, ids, vault, clock);
            var reach = settings.webhookReach();
            var rations = new Rations(database);
            var apps = new Apps(database, ids, clock);
            var tokens = new Tokens(database, ids, clock);
            var secondFactors = new SecondFactors(database, vault, clock);
            var sessions = new Sessions(database, accounts, secondFactors, rations, clock);
            var members = new Members(database, clock);
            var invitations = new Invitations(database, accounts, members, clock);
            var inbox = new Inbox(database, ids, clock);
            this.founded = new Founding(database, accounts, apiKeys, templates).ifEmpty(settings);

            var dkimKeys = new DkimKeys(database, ids, vault, clock);
            accounts.all().forEach(dkimKeys::check);

            var relays = new Relays(
                    settings.outgoing().isInbox()
                            ? List.of(startInbox(inbox, accounts))
                            : settings.outgoing().relays());
            var publicUrl = new AtomicReference<>(settings.publicUrl().orElse("http://localhost:" + settings.port()));
            var returnPath = new ReturnPath(
                    secret(database, "return_path_secret"),
                    settings.returns().domain(),
                    settings.returns().postmarkLogin().isPresent());
            var linkTriggers = new LinkTriggers(database, ids, events, tags, clock);
            var trackingSecret = secret(database, "tracking_secret");
            var targets = new Targets(database, ids);
            var intake = parts.start(() -> new Intake(
                    database,
                    ids,
                    targets,
                    (tx, account) -> linkTriggers.any(tx, account) || outbox.wantsClicks(tx, account)));
            var writer = new Writer(broadcasts, templates);
            var letters = new Letters(
                    database,
                    accounts,
                    subscribers,
                    customFields,
                    sequences,
                    templates,
                    snippets,
                    new EmailRenderer(),
                    new LinkRewriter(targets, trackingSecret, publicUrl::get),
                    new Links(publicUrl::get),
                    dkimKeys,
                    returnPath,
                    writer);
            var waking = new AtomicReference<@Nullable Engine>();
            var exchanges = new Exchanges(
                    () -> new DnsCache(new DnsClient(settings.outgoing().dnsServer()), InstantSource.system()),
                    RandomGenerator.getDefault(),
                    false);
            var sender = new Sender(
                    database,
                    deliveries,
                    letters,
                    subscribers,
                    relays,
                    settings.outgoing().domainRate(),
                    settings.virtualClock() ? WITHOUT_TIME : PATIENCE,
                    exchanges,
                    new ConnectionPool(
                            SmtpSettings.withDefaults(
                                    settings.outgoing().ehloName().orElseGet(Server::hostName)),
                            InstantSource.system(),
                            ConnectionPool.IDLE_DEFAULT),
                    clock,
                    RandomGenerator.getDefault(),
                    node,
                    !settings.outgoing().isInbox(),
                    () -> wake(waking));
            var brake = new Brake(database, settings.brakeLimits(), clock.answersLast());
            var replanner = new Replanner(database, enrollments);
            var poster = new Poster(reach, NameResolver.system(), Poster.Limits.DEFAULT, Optional.empty());
            var callbacks = new Callbacks(poster, reach);
            var labour = new Labour(subscribers, customFields, tags, forms, enrollments);
            var bulk = new Bulk(
                    database, ids, labour, clock, settings.access().bulkQueueBytes(), () -> wakeForeman(waking));
            var people = new People(database, subscribers, bulk, erasedAddresses, clock);
            var mailing = new Mailing(database, broadcasts, segments, deliveries, subscribers, events);
            var walker = new Walker(database, enrollments, deliveries);
            var engine = parts.start(() -> new Engine(
                    brake,
                    new Retimer(database, enrollments),
                    replanner,
                    walker,
                    mailing,
                    sender,
                    new Rescuer(database, accounts, deliveries, node),
                    new Courier(database, ids, accounts, vault, poster, clock, node, () -> wakeCourier(waking)),
                    intake,
                    new Foreman(database, labour, callbacks, clock),
                    new Announcer(database, events),
                    people));
            engine.rescue(clock.instant());
            brake.start(clock.instant());

            new AccountEndpoints(database, accounts, tzData, clock, publicUrl::get).register(routes);
            var reports = new Reports();
            new ReportEndpoints(database, reports, accounts, subscribers, tzData, clock).register(routes);
            new PurchaseEndpoints(database, purchases, clock).register(routes);
            new LocationEndpoints(database, subscribers, tzData, clock).register(routes);
            new SubscriberFilterEndpoints(database, subscribers, customFields, reports, clock).register(routes);
            new SubscriberEndpoints(database, subscribers, customFields).register(routes);
            var suppressions = new Suppressions(database, ids, events, subscribers, clock);
            new SuppressionEndpoints(suppressions).register(routes);
            new TagEndpoints(database, tags, subscribers, customFields).register(routes);
            new BulkEndpoints(bulk, callbacks).register(routes);
            var formBodies = new FormEndpoints(
                    database,
                    forms,
                    subscribers,
                    customFields,
                    account -> publicUrl.get() + "/forms/"
                            + accounts.find(account).orElseThrow().token());
            formBodies.register(routes);
            var notices = new Notices(deliveries, ids, accounts, letters);
            var consents = new Consents(database, ids, clock);
            new ConsentEndpoints(database, consents, subscribers, clock).register(routes);
            var formPages = new FormPages();
            var formPageBodies =
                    new FormPageEndpoints(database, accounts, forms, formPages, tags, sequences, publicUrl::get);
            formPageBodies.register(routes);
            var signups = new Signups(
                    database,
                    ids,
                    events,
                    accounts,
                    subscribers,
                    forms,
                    formPages,
                    tags,
                    enrollments,
                    consents,
                    notices,
                    publicUrl::get,
                    clock);
            new SignupEndpoints(
                            database,
                            accounts,
                            forms,
                            formPages,
                            signups,
                            rations,
                            database.inTx(tx -> Base64.getDecoder()
                                    .decode(new SettingStore().putIfAbsent(tx, "form_stamp_secret", Secrets.key()))),
                            clock)
                    .register(routes);
            var segmentBodies = new SegmentEndpoints(database, segments, subscribers, customFields);
            segmentBodies.register(routes);
            var templateBodies = new TemplateEndpoints(database, templates, clock);
            templateBodies.register(routes);
            var snippetBodies = new SnippetEndpoints(database, snippets);
            snippetBodies.register(routes);
            var sequenceEndpoints = new SequenceEndpoints(database, sequences, accounts, templates, tzData);
            sequenceEndpoints.register(routes);
            var emailEndpoints = new SequenceEmailEndpoints(database, sequences, accounts, templates);
            emailEndpoints.register(routes);
            var standings = new Standings(enrollments);
            var why = new Why(
                    standings,
                    deliveries,
                    (tx, account) -> !settings.outgoing().isInbox()
                            && accounts.get(tx, account).postalAddress().isEmpty());
            var forecast = new Forecast(database, sequences, standings);
            var edits = new Edits(sequences, standings, new Impact(standings));
            var senders = new SendingAddressEndpoints(
                    database, accounts, new SenderProofs(database, accounts, notices, publicUrl::get), rations, clock);
            senders.register(routes);
            var proofs = new ProofEndpoints(
                    database,
                    accounts,
                    new Proofs(database, sequences, standings, letters, notices, clock),
                    rations,
                    clock);
            proofs.register(routes);
            new ForesightEndpoints(
                            database,
                            subscribers,
                            standings,
                            why,
                            forecast,
                            edits,
                            sequenceEndpoints,
                            emailEndpoints,
                            brake,
                            clock)
                    .register(routes);
            var accountBodies = new AccountSettingsEndpoints(database, accounts, templates, sequences, tzData);
            accountBodies.register(routes);
            new ScheduleEndpoints(tzData).register(routes);
            new EnrollmentEndpoints(database, enrollments, sequences, subscribers, customFields).register(routes);
            new DeliveryEndpoints(deliveries, clock).register(routes);
            var postLinks = new PostLinks(publicUrl::get);
            var broadcastBodies = new BroadcastEndpoints(database, broadcasts, accounts, templates, postLinks);
            broadcastBodies.register(routes);
            new PostEndpoints(database, broadcasts, accounts, postLinks).register(routes);
            new PostPageEndpoints(database, broadcasts, accounts, postLinks).register(routes);
            var bounces = new Bounces(database, ids, events, accounts, subscribers, deliveries, returnPath, clock);
            new BounceEndpoints(bounces, providers(settings.returns()), new Fetch()::get, clock).register(routes);
            this.bouncePort = settings.returns().port().map(port -> startBounces(settings.returns(), bounces, port));
            new InboxEndpoints(inbox).register(routes);
            var receiverBodies = new ReceiverEndpoints(receivers, reach, clock);
            receiverBodies.register(routes);
            new HookEndpoints(database, new Hooks(database, ids, clock), reach, tags, forms, sequences, customFields)
                    .register(routes);
            new LinkTriggerEndpoints(database, linkTriggers, tags, sequences).register(routes);
            new TrackingEndpoints(targets, intake, trackingSecret, clock).register(routes);
            new PersonEndpoints(people).register(routes);
            new LeavingEndpoints(
                            database,
                            accounts,
                            deliveries,
                            subscribers,
                            sequences,
                            enrollments,
                            standings,
                            people,
                            new AddressChanges(
                                    database,
                                    ids,
                                    accounts,
                                    subscribers,
                                    signups,
                                    consents,
                                    notices,
                                    publicUrl::get,
                                    clock),
                            clock)
                    .register(routes);
            new SendingEndpoints(brake, clock).register(routes);
            new StatusEndpoints(
                            database,
                            node,
                            deliveries,
                            brake,
                            replanner,
                            bulk,
                            tzData,
                            clock,
                            accounts,
                            relays,
                            settings.databaseUrl().isEmpty(),
                            settings.outgoing().isInbox())
                    .register(routes);
            new MetricsEndpoints(
                            accounts,
                            deliveries,
                            walker,
                            sender,
                            exchanges,
                            relays,
                            brake,
                            clock,
                            settings.access().watchers())
                    .register(routes);
            new PageEndpoints().register(routes);
            new ReferenceEndpoints().register(routes);
            var logins = new LoginEndpoints(
                    sessions,
                    invitations,
                    new Resets(database, accounts, sessions, notices, rations, publicUrl::get, clock),
                    publicUrl::get);
            logins.register(routes);
            new OAuthEndpoints(logins, apps, tokens, accounts, rations, clock).register(routes);
            var drafts = new Drafts(database, events, clock);
            var desk = new Workplace(
                            database,
                            apiKeys,
                            accountBodies,
                            deliveries,
                            replanner,
                            inbox,
                            settings.outgoing().isInbox(),
                            accounts,
                            subscribers,
                            customFields,
                            bulk,
                            new Sheets(database, ids, subscribers, customFields, tags, bulk, clock),
                            tags,
                            forms,
                            segments,
                            templates,
                            snippets,
                            drafts,
                            sequences,
                            sequenceEndpoints,
                            emailEndpoints,
                            standings,
                            enrollments,
                            why,
                            brake,
                            forecast,
                            edits,
                            logins,
                            secondFactors,
                            members,
                            invitations,
                            notices,
                            new Workplace.Mail(
                                    suppressions,
                                    bounces,
                                    dkimKeys,
                                    new DnsClient(settings.outgoing().dnsServer()),
                                    senders,
                                    proofs,
                                    relays,
                                    settings.outgoing().relays().isEmpty(),
                                    settings.returns().domain()),
                            tzData,
                            clock,
                            letters,
                            publicUrl::get)
                    .register(routes);
            new MailPages(
                            database,
                            accounts,
                            broadcasts,
                            broadcastBodies,
                            mailing,
                            writer,
                            proofs,
                            drafts,
                            postLinks,
                            letters,
                            subscribers,
                            segments,
                            tags,
                            customFields,
                            templates,
                            templateBodies,
                            snippets,
                            snippetBodies,
                            sequences,
                            standings,
                            reports)
                    .register(routes, desk);
            new ProgramPages(receivers, receiverBodies, tokens).register(routes, desk);
            new AudiencePages(
                            database,
                            subscribers,
                            customFields,
                            tags,
                            forms,
                            formBodies,
                            formPages,
                            formPageBodies,
                            segments,
                            segmentBodies,
                            sequences,
                            broadcasts)
                    .register(routes, desk);
            var repetitions = new Repetitions(database, vault, clock);
            if (clock instanceof ServerClock.Virtual virtual) {
                new ClockEndpoints(new VirtualTime(database, virtual, engine), virtual).register(routes);
            } else {
                engine.startLoops(clock);
                waking.set(engine);
                // PostgreSQL may go and come back; who is alive then must not be taken for dead.
                parts.start(() -> Loop.start("keeper", LIFE_PAUSE, () -> {
                    life.keep();
                    return 0;
                }));
                var months = new Months(database);
                parts.start(() -> Loop.start("sweeper", SWEEP_PAUSE, () -> {
                    months.keep(clock.instant());
                    int forgotten = accounts.all().stream()
                            .mapToInt(account -> consents.forgetClients(account, clock.instant())
                                    + repetitions.sweep(account, clock.instant())
                                    + deliveries.sweep(account, clock.instant()))
                            .sum();
                    LOG.debug(
                            "{} rows swept",
                            forgotten + tokens.sweep() + sessions.sweep() + rations.sweep(clock.instant()));
                    return 0;
                }));
            }
            var rateLimit =
                    settings.access().rateLimit().orElse(settings.virtualClock() ? RateLimit.OFF : RateLimit.DEFAULT);
            var doorkeeper = new Doorkeeper(
                    apiKeys, tokens, rations, rateLimit, settings.access().apiKeysMayBulk(), clock);
            this.http = parts.start(() -> HttpServer.start(
                    settings.host(),
                    settings.port(),
                    routes,
                    doorkeeper,
                    new Repeater(repetitions),
                    settings.publicUrl()
                            .filter(url -> url.startsWith("https://"))
                            .isPresent(),
                    HttpServer.Limits.DEFAULT,
                    settings.access().proxies()));
            if (settings.publicUrl().isEmpty()) {
                publicUrl.set("http://localhost:" + http.port());
            }
        } catch (SQLException | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    /// Starts everything; the first start on an empty database creates the account.
    ///
    /// @throws SQLException when the database does not answer
    public static Server start(Settings settings) throws SQLException {
        return start(settings, new Parts());
    }

    /// Starts everything as parts that another can stop, also before the last of them has started.
    ///
    /// @throws SQLException when the database does not answer
    /// @throws IllegalStateException when the parts were stopped meanwhile
    public static Server start(Settings settings, Parts parts) throws SQLException {
        return new Server(settings, parts);
    }

    /// A secret of the installation, the same for every node.
    private static byte[] secret(Database database, String name) {
        return database.inTx(tx -> Base64.getDecoder().decode(new SettingStore().putIfAbsent(tx, name, Secrets.key())));
    }

    private static void wake(AtomicReference<@Nullable Engine> waking) {
        var engine = waking.get();
        if (engine != null) {
            engine.wakeSender();
        }
    }

    private static void wakeCourier(AtomicReference<@Nullable Engine> waking) {
        var engine = waking.get();
        if (engine != null) {
            engine.wakeCourier();
        }
    }

    private static void wakeForeman(AtomicReference<@Nullable Engine> waking) {
        var engine = waking.get();
        if (engine != null) {
            engine.wakeForeman();
        }
    }

    /// Sealed, so that whoever has only the database cannot try addresses against the hashes.
    private static byte[] erasureSecret(Database database, Vault vault) {
        var sealed = database.inTx(tx ->
                new SettingStore().putIfAbsent(tx, "erasure_secret", vault.seal(Secrets.key(), "erased addresses")));
        return Base64.getDecoder()
                .decode(vault.open(sealed, "erased addresses")
                        .orElseThrow(() -> new Vault.Unopenable("the secret for erased addresses")));
    }

    private String startEmbedded(Settings settings) {
        return parts.start(() -> EmbeddedDatabase.start(settings.dataDir())).jdbcUrl();
    }

    private Relay startInbox(Inbox inbox, Accounts accounts) {
        var listener = parts.start(() -> InboxListener.start(inbox, accounts));
        return Relay.parse("smtp://127.0.0.1:" + listener.port() + "?starttls=off&connections=" + INBOX_CONNECTIONS);
    }

    private int startBounces(Settings.Returns returns, Bounces bounces, int port) {
        try {
            return parts.start(() -> BounceListener.start(bounces, returns.domain(), returns.host(), port))
                    .port();
        } catch (IOException e) {
            throw new UncheckedIOException("the port for returned mail is not to be had (--bounce-port)", e);
        }
    }

    private static Providers providers(Settings.Returns returns) {
        return new Providers(
                Set.copyOf(returns.sesTopics()),
                returns.sendgridKey().map(SendgridSignature::new),
                returns.mailgunKey().map(MailgunSignature::new),
                returns.postmarkLogin());
    }

    static ServerClock clock(Settings settings, Database database) {
        if (!settings.virtualClock()) {
            return new ServerClock.Real(InstantSource.system());
        }
        return new ServerClock.Virtual(VirtualTime.remembered(database)
                .or(settings::clockStart)
                .orElseGet(() -> InstantSource.system().instant()));
    }

    private static String hostName() {
        try {
            var name = InetAddress.getLocalHost().getHostName();
            return name.chars().allMatch(unit -> unit > ' ' && unit < 0x7F) && !name.isEmpty() ? name : "localhost";
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    public int port() {
        return http.port();
    }

    /// Everything that this server answers to.
    public List<Routes.Route> routes() {
        return routes.all();
    }

    /// Where returned mail is taken; empty when it is not.
    public Optional<Integer> bouncePort() {
        return bouncePort;
    }

    /// The key and login of the account that this start has created; they are shown this once.
    public Optional<Founding.Credentials> founded() {
        return founded;
    }

    @Override
    public void close() {
        parts.close();
    }
}
