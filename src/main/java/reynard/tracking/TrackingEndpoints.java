package reynard.tracking;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.page.Language;
import reynard.page.Templates;
import reynard.page.Texts;

/// Where the links and the pictures of emails lead. A link goes on to where its author wanted it to, and nowhere else;
/// a
/// picture is the same for everybody, whether it is known or not.
public final class TrackingEndpoints {
    /// One transparent point.
    private static final byte[] GIF =
            Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    private final Targets targets;
    private final Intake intake;
    private final LinkSeal seal;
    private final InstantSource clock;

    public TrackingEndpoints(Targets targets, Intake intake, byte[] secret, InstantSource clock) {
        this.targets = targets;
        this.intake = intake;
        this.seal = new LinkSeal(secret);
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.open(Routes.Verb.GET, "/c/{token}", this::follow);
        routes.open(Routes.Verb.GET, "/o/{token}.gif", this::open);
    }

    private Reply follow(Request request) {
        return seal.readLink(request.pathText("token"))
                .flatMap(followed -> target(followed).map(target -> {
                    intake.take(happening(
                            followed.account(),
                            followed.delivery(),
                            new Happening.What.Clicked(target.url()),
                            visit(request).machine()));
                    return new Reply(302, null, Map.of("Location", target.location()));
                }))
                .orElseGet(() -> unknown(request));
    }

    private static Reply unknown(Request request) {
        var language = Language.preferred(request.header("Accept-Language").orElse(""));
        return Reply.html(404, Templates.render("tracking/unknown.jte", Texts.in(language)));
    }

    private Optional<Target> target(LinkSeal.Followed followed) {
        return switch (followed) {
            case LinkSeal.Followed.Kept(var account, var _, var link) ->
                targets.find(account, link).flatMap(Target::of);
            case LinkSeal.Followed.Own(var _, var _, var url) -> Target.of(url);
        };
    }

    private Reply open(Request request) {
        seal.readOpen(request.pathText("token"))
                .ifPresent(opened -> intake.take(happening(
                        opened.account(),
                        opened.delivery(),
                        new Happening.What.Opened(),
                        visit(request).machineOfOpen())));
        return Reply.ok(new Reply.Bytes("image/gif", GIF));
    }

    private Happening happening(
            AccountId account, DeliveryId delivery, Happening.What what, Optional<Machine> machine) {
        return new Happening(account, delivery, what, clock.instant().truncatedTo(ChronoUnit.MICROS), machine);
    }

    private static Visit visit(Request request) {
        var purpose = Stream.of("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
                .flatMap(name -> request.header(name).stream())
                .collect(Collectors.joining(" "));
        return new Visit(request.isHead(), request.header("User-Agent").orElse(""), purpose, request.address());
    }
}
