package reynard.ui.program;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import reynard.access.Grant;
import reynard.access.Tokens;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.GrantId;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;

/// Who may call in the account's name: personal tokens, and apps that were let in.
public final class TokenPagesEndpoints {
    private static final String ALL = "/settings/tokens";
    private static final int NAME_MAX = 100;
    private static final List<Option> LIFETIMES = List.of(
            new Option("30", "30 days"), new Option("365", "a year"), new Option("", "for ever, until it is revoked"));

    private final Tokens tokens;
    private final Desk desk;

    public TokenPagesEndpoints(Tokens tokens, Desk desk) {
        this.tokens = tokens;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, ALL, visit -> visit.page("ui/program/tokens.jte", page(visit, fresh(), "")));
        desk.form(routes, ALL, Desk.Right.RULE, this::create);
        desk.form(routes, ALL + "/{id}/revoke", Desk.Right.RULE, this::revoke);
    }

    private static Form fresh() {
        return Form.filled(Map.of("lifetime", "365"));
    }

    private TokensPage page(Desk.Visit visit, Form form, String secret) {
        var grants = tokens.list(visit.account());
        return new TokensPage(
                visit.frame("Tokens and apps", Section.SETTINGS),
                form,
                LIFETIMES,
                rows(visit, grants, grant -> grant.app().isEmpty()),
                rows(visit, grants, grant -> grant.app().isPresent()),
                secret);
    }

    private static List<TokensPage.Row> rows(Desk.Visit visit, List<Grant> grants, Predicate<Grant> which) {
        return grants.stream()
                .filter(which)
                .map(grant -> new TokensPage.Row(
                        grant.id().value(),
                        grant.name(),
                        visit.local().day(grant.createdAt()),
                        grant.expiresAt()
                                .map(at -> (at.isAfter(visit.now()) ? "until " : "ended ")
                                        + visit.local().day(at))
                                .orElse("until it is revoked"),
                        grant.revokedAt().isPresent()))
                .toList();
    }

    /// The token is in the answer itself and nowhere else: whoever looks at the page again does not see it.
    private Reply create(Desk.Visit visit, Form form) {
        var name = form.value("name").strip();
        if (name.isEmpty() || name.length() > NAME_MAX || name.chars().anyMatch(Character::isISOControl)) {
            form.fault("name", "Must be 1 to " + NAME_MAX + " characters on one line.");
            return visit.refusal("ui/program/tokens.jte", page(visit, form, ""));
        }
        var lifetime = Optional.of(form.value("lifetime"))
                .filter(days -> days.matches("30|365"))
                .map(days -> Duration.ofDays(Long.parseLong(days)));
        var made = tokens.createPersonal(visit.account(), name, lifetime);
        return visit.page("ui/program/tokens.jte", page(visit, fresh(), made.token()));
    }

    private Reply revoke(Desk.Visit visit, Form form) {
        return tokens.revoke(visit.account(), visit.request().path("id", GrantId::new))
                ? visit.done(ALL, "Revoked: it opens nothing any more.")
                : visit.noSuchPage();
    }
}
