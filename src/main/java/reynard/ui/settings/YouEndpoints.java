package reynard.ui.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import reynard.access.LoginEndpoints;
import reynard.access.SecondFactors;
import reynard.account.Accounts;
import reynard.account.Members;
import reynard.db.Database;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;
import reynard.ui.Words;

/// What an author logs in with, and where they go on: theirs to change, whatever their role.
public final class YouEndpoints {
    private static final String HOME = "/you";
    private static final int PASSWORD_MAX = 1_000;
    private static final String WRONG_CODE = "This is no code of yours, or it was used before.";

    private final Database database;
    private final Accounts accounts;
    private final Members members;
    private final SecondFactors secondFactors;
    private final LoginEndpoints logins;
    private final Desk desk;

    public YouEndpoints(
            Database database,
            Accounts accounts,
            Members members,
            SecondFactors secondFactors,
            LoginEndpoints logins,
            Desk desk) {
        this.database = database;
        this.accounts = accounts;
        this.members = members;
        this.secondFactors = secondFactors;
        this.logins = logins;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, HOME, visit -> visit.page("ui/settings/you.jte", page(visit, Form.empty(), List.of())));
        desk.form(routes, HOME + "/password", Desk.Right.LOOK, this::changePassword);
        desk.form(routes, HOME + "/factor", Desk.Right.LOOK, this::setUp);
        desk.form(routes, HOME + "/factor/on", Desk.Right.LOOK, this::turnOn);
        desk.form(routes, HOME + "/factor/off", Desk.Right.LOOK, this::turnOff);
        desk.page(routes, HOME + "/accounts", this::places);
        desk.form(routes, HOME + "/accounts", Desk.Right.LOOK, this::move);
    }

    private YouPage page(Desk.Visit visit, Form form, List<String> codes) {
        var user = visit.userItself();
        var standing = secondFactors.standing(user.id());
        var waiting = standing.on() ? "" : secondFactors.waiting(user.id()).orElse("");
        var label = URLEncoder.encode("Reynard:" + user.emailAddress(), UTF_8).replace("+", "%20");
        var address = waiting.isEmpty()
                ? Optional.<String>empty()
                : Optional.of("otpauth://totp/" + label + "?secret=" + waiting + "&issuer=Reynard");
        return new YouPage(
                visit.frame("Your login", Section.SETTINGS),
                form,
                standing.on(),
                waiting.replaceAll("(.{4})(?!$)", "$1 "),
                address.orElse(""),
                address.map(Picture::of),
                codes,
                Words.count(standing.recoveriesLeft(), "code"));
    }

    private Reply changePassword(Desk.Visit visit, Form form) {
        var after = form.value("after");
        if (after.length() < LoginEndpoints.PASSWORD_MIN || after.length() > PASSWORD_MAX) {
            form.fault("after", "Must be at least " + LoginEndpoints.PASSWORD_MIN + " characters.");
        } else if (form.value("before").length() > PASSWORD_MAX
                || !accounts.changePassword(visit.userItself(), form.value("before"), after)) {
            form.fault("before", "This is not your password.");
        }
        if (form.hasFaults()) {
            return visit.refusal("ui/settings/you.jte", page(visit, form, List.of()));
        }
        logins.endOthers(visit.request(), visit.userItself());
        return visit.done(HOME, "Your password is changed. Other browsers have to log in again.");
    }

    private Reply setUp(Desk.Visit visit, Form form) {
        if (!secondFactors.standing(visit.userItself().id()).on()) {
            secondFactors.setUp(visit.userItself().id());
        }
        return visit.go(HOME + "#factor");
    }

    private Reply turnOn(Desk.Visit visit, Form form) {
        var codes = secondFactors.turnOn(visit.userItself().id(), form.value("code"));
        if (codes.isEmpty()) {
            form.fault("code", WRONG_CODE);
            return visit.refusal("ui/settings/you.jte", page(visit, form, List.of()));
        }
        logins.endOthers(visit.request(), visit.userItself());
        return visit.page("ui/settings/you.jte", page(visit, Form.empty(), codes.get()));
    }

    private Reply turnOff(Desk.Visit visit, Form form) {
        if (secondFactors.turnOff(visit.userItself().id(), form.value("code"))) {
            return visit.done(HOME, "Your password alone lets you in now.");
        }
        form.fault("code", WRONG_CODE);
        return visit.refusal("ui/settings/you.jte", page(visit, form, List.of()));
    }

    private Reply places(Desk.Visit visit) {
        var places = database.read(tx -> members.places(tx, visit.userItself().id())).stream()
                .map(place -> new PlacesPage.Place(
                        place.account().value(),
                        place.name(),
                        Words.capital(place.role().wireName()),
                        place.account().equals(visit.account())))
                .toList();
        return visit.page("ui/settings/places.jte", new PlacesPage(visit.frame("Your accounts", null), places));
    }

    private Reply move(Desk.Visit visit, Form form) {
        var id = form.value("account");
        return id.matches("[0-9]{1,18}") && logins.move(visit.request(), new AccountId(Long.parseLong(id)))
                ? visit.go("/")
                : visit.noSuchPage();
    }
}
