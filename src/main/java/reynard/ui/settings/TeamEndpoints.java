package reynard.ui.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import reynard.access.Invitations;
import reynard.account.Accounts;
import reynard.account.Members;
import reynard.account.Role;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Notice;
import reynard.delivery.Notices;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.UserId;
import reynard.mail.EmailAddress;
import reynard.template.HtmlText;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// Who works in an account.
public final class TeamEndpoints {
    private static final String HOME = "/settings/people";

    private final Database database;
    private final Accounts accounts;
    private final Members members;
    private final Invitations invitations;
    private final Notices notices;
    private final Supplier<String> publicUrl;
    private final Desk desk;

    public TeamEndpoints(
            Database database,
            Accounts accounts,
            Members members,
            Invitations invitations,
            Notices notices,
            Supplier<String> publicUrl,
            Desk desk) {
        this.database = database;
        this.accounts = accounts;
        this.members = members;
        this.invitations = invitations;
        this.notices = notices;
        this.publicUrl = publicUrl;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(
                routes,
                HOME,
                Desk.Right.RULE,
                visit -> visit.page("ui/settings/team.jte", page(visit, invitation(), "", "")));
        desk.form(routes, HOME, Desk.Right.RULE, this::invite);
        desk.form(routes, HOME + "/withdraw", Desk.Right.RULE, this::withdraw);
        desk.form(routes, HOME + "/{id}", Desk.Right.RULE, this::change);
        desk.form(routes, HOME + "/{id}/remove", Desk.Right.RULE, this::remove);
    }

    private static Form invitation() {
        return Form.filled(java.util.Map.of("role", Role.EDITOR.wireName()));
    }

    private TeamPage page(Desk.Visit visit, Form form, String link, String sent) {
        return database.read(tx -> new TeamPage(
                visit.frame("Who works here", Section.SETTINGS),
                form,
                members.list(tx, visit.account()).stream()
                        .map(member -> new TeamPage.Row(
                                member.user().id().value(),
                                member.user().emailAddress(),
                                member.role().wireName(),
                                visit.local().day(member.since()),
                                member.user().id().equals(visit.userItself().id())))
                        .toList(),
                invitations.open(tx, visit.account()).stream()
                        .map(invitation -> new TeamPage.Invited(
                                invitation.emailAddress(),
                                Words.capital(invitation.role().wireName()),
                                visit.local().day(invitation.expiresAt())))
                        .toList(),
                roles(),
                link,
                sent));
    }

    private static List<Option> roles() {
        return Arrays.stream(Role.values())
                .map(role -> new Option(
                        role.wireName(),
                        Words.capital(role.wireName()) + ": "
                                + switch (role) {
                                    case OWNER -> "everything";
                                    case EDITOR -> "everything but keys and people";
                                    case VIEWER -> "looks, and changes nothing";
                                }))
                .toList();
    }

    /// The link goes to the address, and is shown here for where no mail goes yet.
    private Reply invite(Desk.Visit visit, Form form) {
        var email = EmailAddress.parse(form.value("email_address").strip());
        var role = Role.named(form.value("role"));
        if (email.isEmpty()) {
            form.fault("email_address", "This is no email address.");
        }
        if (role.isEmpty()) {
            form.fault("role", "Choose a role.");
        }
        if (form.hasFaults()) {
            return visit.refusal("ui/settings/team.jte", page(visit, form, "", ""));
        }
        var address = email.orElseThrow();
        var link = database.inTx(tx -> {
            var token = invitations.invite(tx, visit.account(), address.value(), role.orElseThrow());
            var made = publicUrl.get() + "/invitation/" + token;
            send(tx, visit, address, made);
            return made;
        });
        return visit.page("ui/settings/team.jte", page(visit, invitation(), link, address.value()));
    }

    private void send(Tx tx, Desk.Visit visit, EmailAddress to, String link) {
        var html = "<p>" + HtmlText.escape(visit.user()) + " invites you to work on <strong>"
                + HtmlText.escape(visit.accountItself().name()) + "</strong>.</p><p><a href=\""
                + HtmlText.escape(link) + "\">" + HtmlText.escape(link)
                + "</a></p><p>The link holds for seven days and works once.</p>";
        notices.queue(
                tx,
                visit.account(),
                new Notice(
                        Notice.Purpose.INVITATION,
                        to,
                        accounts.sendingAddresses(tx, visit.account()).getFirst(),
                        "Work on " + visit.accountItself().name(),
                        html,
                        HtmlText.of(html),
                        Duration.ofHours(24)),
                visit.now());
    }

    private Reply withdraw(Desk.Visit visit, Form form) {
        invitations.withdraw(visit.account(), form.value("email_address"));
        return visit.done(HOME, "The invitation is taken back.");
    }

    private static UserId id(Desk.Visit visit) {
        return visit.request().path("id", UserId::new);
    }

    private Reply change(Desk.Visit visit, Form form) {
        return Role.named(form.value("role"))
                .map(role -> told(
                        visit,
                        members.change(visit.account(), id(visit), role),
                        "The role is changed to " + role.wireName() + "."))
                .orElseGet(visit::noSuchPage);
    }

    private Reply remove(Desk.Visit visit, Form form) {
        return told(
                visit,
                members.remove(visit.account(), id(visit)),
                "Taken out: nothing of this account is shown to them any more.");
    }

    private static Reply told(Desk.Visit visit, Members.Change change, String done) {
        return switch (change) {
            case Members.Change.Done _ -> visit.done(HOME, done);
            case Members.Change.NoSuchMember _ -> visit.noSuchPage();
            case Members.Change.LastOwner _ -> visit.done(HOME, "Nothing is changed: an account always has an owner.");
        };
    }
}
