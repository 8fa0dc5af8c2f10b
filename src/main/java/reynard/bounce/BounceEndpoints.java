package reynard.bounce;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.feedback.MailgunReports;
import reynard.feedback.Payload;
import reynard.feedback.PostmarkReports;
import reynard.feedback.Report;
import reynard.feedback.SendgridReports;
import reynard.feedback.SendgridSignature;
import reynard.feedback.SnsMessage;
import reynard.feedback.Verdict;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.DeliveryId;
import reynard.id.FeedbackId;
import reynard.id.SubscriberId;

/// Where providers report, and where an account sees what came back.
///
/// A provider that is not set up is 404. Whatever is genuine is answered 200 once it is durable, also what means
/// nothing
/// to us, or the provider would repeat it for days.
public final class BounceEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(BounceEndpoints.class);
    private static final int CERTIFICATES_MAX = 20;

    private final Bounces bounces;
    private final Providers providers;
    private final SnsWeb web;
    private final InstantSource clock;
    private final Map<URI, byte[]> certificates = new ConcurrentHashMap<>();

    public BounceEndpoints(Bounces bounces, Providers providers, SnsWeb web, InstantSource clock) {
        this.bounces = bounces;
        this.providers = providers;
        this.web = web;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.open(Routes.Verb.POST, "/feedback/ses", this::ses);
        routes.open(Routes.Verb.POST, "/feedback/sendgrid", this::sendgrid);
        routes.open(Routes.Verb.POST, "/feedback/mailgun", this::mailgun);
        routes.open(Routes.Verb.POST, "/feedback/postmark", this::postmark);
        routes.get("/ext/v1/feedback", this::list);
        routes.get("/ext/v1/feedback/intake", this::intake);
        routes.get("/ext/v1/feedback/{id}", this::show);
    }

    private Reply taken(List<Report> reports, byte[] raw) {
        reports.forEach(report -> bounces.take(report, raw));
        return Reply.ok(Map.of("taken", reports.size()));
    }

    private static Reply notGenuine() {
        return Reply.error(403, "The signature does not prove who sent this");
    }

    private static Reply noJson() {
        return Reply.error(400, "The request body must be JSON");
    }

    // Amazon SES, through SNS

    private Reply ses(Request request) {
        if (providers.sesTopics().isEmpty()) {
            return Reply.notFound();
        }
        var body = request.body();
        var message = SnsMessage.parse(body);
        if (message.isEmpty()) {
            return noJson();
        }
        if (!providers.sesTopics().contains(message.get().topic()) || !isGenuine(message.get())) {
            return notGenuine();
        }
        return message.get().isConfirmation()
                ? confirm(message.get())
                : taken(message.get().reports(), body);
    }

    private boolean isGenuine(SnsMessage message) {
        var url = message.certificateUrl();
        if (url.isEmpty()) {
            return false;
        }
        try {
            var certificate = certificates.get(url.get());
            if (certificate != null) {
                return message.isGenuine(certificate, clock.instant());
            }
            var fetched = web.get(url.get());
            boolean genuine = message.isGenuine(fetched, clock.instant());
            // Only what has proved a message is worth keeping.
            if (genuine && certificates.size() < CERTIFICATES_MAX) {
                certificates.put(url.get(), fetched);
            }
            return genuine;
        } catch (IOException e) {
            LOG.warn("the certificate of an SNS message cannot be had from {}: {}", url.get(), e.getMessage());
            return false;
        }
    }

    private Reply confirm(SnsMessage message) {
        var url = message.subscribeUrl();
        if (url.isEmpty()) {
            return notGenuine();
        }
        try {
            web.get(url.get());
            LOG.info("subscribed to {}", message.topic());
            return Reply.ok(Map.of("confirmed", message.topic()));
        } catch (IOException e) {
            LOG.warn("the subscription to {} cannot be confirmed: {}", message.topic(), e.getMessage());
            return Reply.error(502, "The subscription could not be confirmed");
        }
    }

    // The others

    private Reply sendgrid(Request request) {
        var signature = providers.sendgrid();
        if (signature.isEmpty()) {
            return Reply.notFound();
        }
        var body = request.body();
        boolean genuine = signature
                .get()
                .isGenuine(
                        request.header(SendgridSignature.SIGNATURE_HEADER).orElse(""),
                        request.header(SendgridSignature.TIMESTAMP_HEADER).orElse(""),
                        body,
                        clock.instant());
        if (!genuine) {
            return notGenuine();
        }
        return Payload.parse(body)
                .map(events -> taken(SendgridReports.read(events), body))
                .orElseGet(BounceEndpoints::noJson);
    }

    private Reply mailgun(Request request) {
        var signature = providers.mailgun();
        if (signature.isEmpty()) {
            return Reply.notFound();
        }
        var body = request.body();
        return Payload.parse(body)
                .map(payload -> signature.get().isGenuine(payload, clock.instant())
                        ? taken(MailgunReports.read(payload), body)
                        : notGenuine())
                .orElseGet(BounceEndpoints::noJson);
    }

    private Reply postmark(Request request) {
        var login = providers.postmarkLogin();
        if (login.isEmpty()) {
            return Reply.notFound();
        }
        if (!isLogin(request.header("Authorization").orElse(""), login.get())) {
            return Reply.error(401, "The login is not the one that is set up");
        }
        var body = request.body();
        return Payload.parse(body)
                .map(payload -> taken(PostmarkReports.read(payload), body))
                .orElseGet(BounceEndpoints::noJson);
    }

    private static boolean isLogin(String authorization, String login) {
        var expected = "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8), authorization.getBytes(StandardCharsets.UTF_8));
    }

    // What an account sees

    private Reply list(Request request) {
        var filter = new ReportFilter(
                request.oneOf("verdict", Verdict.NAMES).map(name -> Verdict.valueOf(name.toUpperCase(Locale.ROOT))),
                request.id("delivery_id").map(DeliveryId::new),
                request.id("subscriber_id").map(SubscriberId::new));
        return Reply.ok(PageJson.of(
                "feedback", bounces.list(request.account(), filter, request.page()), BounceEndpoints::json));
    }

    private Reply show(Request request) {
        var id = request.path("id", FeedbackId::new);
        return bounces.find(request.account(), id)
                .map(report -> {
                    var json = json(report);
                    json.put("raw", new String(bounces.raw(request.account(), id), StandardCharsets.UTF_8));
                    return Reply.ok(Map.of("feedback", json));
                })
                .orElseGet(Reply::notFound);
    }

    private Reply intake(Request request) {
        var counts = new LinkedHashMap<String, Long>();
        bounces.counts().forEach((taken, count) -> counts.put(taken.name().toLowerCase(Locale.ROOT), count));
        return Reply.ok(Map.of("intake", counts));
    }

    private static Map<String, @Nullable Object> json(KeptReport report) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", report.id());
        json.put("source", report.source().wireName());
        json.put("verdict", report.verdict().wireName());
        json.put("delivery_id", report.delivery());
        json.put("subscriber_id", report.subscriber().orElse(null));
        json.put("recipient", report.recipient().orElse(null));
        json.put("status", report.status().orElse(null));
        json.put("diagnostic", report.diagnostic());
        json.put("received_at", report.receivedAt());
        return json;
    }
}
