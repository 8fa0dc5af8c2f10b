package reynard.ui;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;
import reynard.access.LoginEndpoints;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.Role;
import reynard.account.User;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.page.Templates;
import reynard.schedule.Zone;
import reynard.tzdata.TzData;

/// Lets authors in to the pages of the workplace and nobody else. A form counts only when it comes from a page of ours
/// and holds the token of its author's session.
public final class Desk {
    private static final String AGAIN = "again";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String SANDBOX =
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none';"
                    + " base-uri 'none'; frame-ancestors 'self'";

    private static final String LINKS = "sandbox allow-popups allow-popups-to-escape-sandbox";
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)(https?|mailto):.*", Pattern.DOTALL);

    private final LoginEndpoints logins;
    private final Accounts accounts;
    private final TzData tzData;
    private final InstantSource clock;

    public Desk(LoginEndpoints logins, Accounts accounts, TzData tzData, InstantSource clock) {
        this.logins = logins;
        this.accounts = accounts;
        this.tzData = tzData;
        this.clock = clock;
    }

    /// A page that is looked at.
    @FunctionalInterface
    public interface Page {
        Reply show(Visit visit);
    }

    /// What a form does.
    @FunctionalInterface
    public interface Act {
        Reply act(Visit visit, Form form);
    }

    /// What a page or a form takes of the author's role.
    public enum Right {
        LOOK,
        WRITE,
        /// Whoever holds a key to the account, or works in it, is the owners' business.
        RULE;

        private boolean isOf(Role role) {
            return switch (this) {
                case LOOK -> true;
                case WRITE -> role.mayWrite();
                case RULE -> role.mayRule();
            };
        }
    }

    public void page(Routes routes, String path, Page page) {
        page(routes, path, Right.LOOK, page);
    }

    public void page(Routes routes, String path, Right right, Page page) {
        routes.page(
                Routes.Verb.GET,
                path,
                request -> logins.author(request)
                        .map(author -> right.isOf(author.session().role())
                                ? afterwards(page.show(new Visit(request, author)))
                                : refused(author))
                        .orElseGet(() -> logins.logInFirst(request)));
    }

    /// A form that changes something.
    public void form(Routes routes, String path, Act act) {
        form(routes, path, Right.WRITE, act);
    }

    public void form(Routes routes, String path, Right right, Act act) {
        routes.page(Routes.Verb.POST, path, request -> {
            var author = logins.author(request);
            var form = request.form();
            if (author.isEmpty()) {
                return typed(form).isEmpty() || !logins.isFromOurPage(request)
                        ? logins.logInFirst(cameFrom(request))
                        : reply(401, "ui/expired.jte", new Typed(request.pathAndQuery(), "", typed(form)));
            }
            if (!logins.isOurs(request, form, author.get().csrf())) {
                return form.containsKey(AGAIN) && logins.isFromOurPage(request)
                        ? reply(
                                200,
                                "ui/again.jte",
                                new Typed(request.pathAndQuery(), author.get().csrf(), typed(form)))
                        : problem(403, List.of("This form did not come from a page of this server."));
            }
            if (!right.isOf(author.get().session().role())) {
                return refused(author.get());
            }
            return act.act(new Visit(request, author.get()), Form.sent(form));
        });
    }

    /// What somebody had typed when their session was over: it goes through their browser and back, and is not lost.
    ///
    /// @param path where it was sent
    /// @param csrf of the session that came after
    public record Typed(String path, String csrf, Map<String, List<String>> fields) {
        public Typed {
            fields = new LinkedHashMap<>(fields);
        }
    }

    private static Map<String, List<String>> typed(Map<String, List<String>> form) {
        var typed = new LinkedHashMap<>(form);
        typed.remove("csrf");
        typed.remove(AGAIN);
        typed.keySet().removeIf(name -> name.contains("password") || name.equals("before") || name.equals("after"));
        return typed;
    }

    private static Reply refused(LoginEndpoints.Author author) {
        return problem(
                403,
                List.of("Your role in this account is "
                        + author.session().role().wireName() + "."));
    }

    /// What a form with files does.
    @FunctionalInterface
    public interface Taking {
        Reply take(Visit visit, Form form, Map<String, Request.File> files);
    }

    /// @param bodyBytesMax of the form with its files
    public void upload(Routes routes, String path, int bodyBytesMax, Taking taking) {
        routes.page(Routes.Verb.POST, path, bodyBytesMax, request -> {
            var author = logins.author(request);
            if (author.isEmpty()) {
                return logins.logInFirst(cameFrom(request));
            }
            var upload = request.upload();
            if (!logins.isOurs(request, upload.fields(), author.get().csrf())) {
                return problem(403, List.of("This form did not come from a page of this server."));
            }
            if (!Right.WRITE.isOf(author.get().session().role())) {
                return refused(author.get());
            }
            return taking.take(new Visit(request, author.get()), Form.sent(upload.fields()), upload.files());
        });
    }

    /// What is downloaded, or told while it happens.
    public void data(Routes routes, String path, Right right, Page page) {
        routes.page(
                Routes.Verb.GET,
                path,
                request -> logins.author(request)
                        .map(author -> right.isOf(author.session().role())
                                ? page.show(new Visit(request, author))
                                : refused(author))
                        .orElseGet(() -> logins.logInFirst(request)));
    }

    /// The page that a form was on, when the browser says so: what a form did cannot be looked at.
    private static String cameFrom(Request request) {
        return request.header("Referer")
                .map(referer -> referer.replaceFirst("^https?://[^/]*", ""))
                .filter(path -> path.startsWith("/"))
                .orElse("/");
    }

    // What has been told is told once.
    private Reply afterwards(Reply reply) {
        return reply.body() instanceof Reply.Html && reply.status() == 200 ? logins.forgetTold(reply) : reply;
    }

    /// What an error looks like to a browser.
    ///
    /// @param title of the page, and its heading
    public record Problem(String title, List<String> sentences, boolean canRetry) {
        public Problem {
            sentences = List.copyOf(sentences);
        }
    }

    public static Reply problem(int status, List<String> sentences) {
        var title = switch (status) {
            case 403 -> "That was refused";
            case 404, 405 -> "There is no such page";
            case 413 -> "That is too large";
            case 503 -> "One moment, please";
            default -> status >= 500 ? "Something went wrong" : "That did not work";
        };
        var said = switch (status) {
            case 404, 405 -> List.of("It may have been deleted, or the address is not quite right.");
            case 500 -> List.of("This is a fault of the server, and it has been written to its log.");
            default -> sentences;
        };
        return reply(status, "ui/problem.jte", new Problem(title, said, status == 503));
    }

    /// What anybody may have written, for a frame without scripts and without an origin; it may load nothing. Pictures
    /// from elsewhere, such as the one that tells of an opened email, are not even asked for.
    public static Reply sandboxed(String html) {
        var page = Jsoup.parse(html);
        page.outputSettings().prettyPrint(false);
        page.select("img[src]:not([src^=data:])").removeAttr("src").removeAttr("srcset");
        return Reply.html(200, page.outerHtml()).with("Content-Security-Policy", SANDBOX);
    }

    /// The same with links that can be followed, each in a tab of its own that knows nothing of this one: in the frame
    /// itself hardly any page lets itself be shown.
    public static Reply sandboxedWithLinks(String html) {
        var page = Jsoup.parse(html);
        page.select("[target]").removeAttr("target");
        for (var link : page.select("a[href]")) {
            if (ELSEWHERE.matcher(link.attr("href").strip()).matches()) {
                link.attr("target", "_blank").attr("rel", "noopener noreferrer");
            } else {
                link.removeAttr("href");
            }
        }
        page.outputSettings().prettyPrint(false);
        return sandboxed(page.outerHtml()).with("Content-Security-Policy", SANDBOX.replaceFirst("sandbox", LINKS));
    }

    private static Reply reply(int status, String template, Object model) {
        return Reply.html(status, Templates.render(template, model))
                .with("Content-Security-Policy", POLICY)
                // With no-referrer a browser would not say where a form comes from.
                .with("Referrer-Policy", "same-origin");
    }

    /// One author's request.
    public final class Visit {
        private final Request request;
        private final LoginEndpoints.Author author;
        private final Account account;
        private final Instant now = clock.instant();

        private Visit(Request request, LoginEndpoints.Author author) {
            this.request = request;
            this.author = author;
            this.account = accounts.find(author.session().account()).orElseThrow();
        }

        public Request request() {
            return request;
        }

        public AccountId account() {
            return account.id();
        }

        public Account accountItself() {
            return account;
        }

        public String user() {
            return author.session().user().emailAddress();
        }

        public User userItself() {
            return author.session().user();
        }

        public Role role() {
            return author.session().role();
        }

        public Instant now() {
            return now;
        }

        /// The clocks of the account.
        public Local local() {
            return local(account.timeZone());
        }

        public Local local(String zone) {
            return new Local(zone(zone), now);
        }

        private Zone zone(String name) {
            return tzData.find(name).orElseThrow(() -> new IllegalStateException("the tz data lacks " + name));
        }

        public Frame frame(String title, @Nullable Section section) {
            return new Frame(
                    title,
                    section,
                    account.name(),
                    user(),
                    author.session().role(),
                    author.session().elsewhere(),
                    author.csrf(),
                    logins.told(request).orElse(""));
        }

        public Reply page(String template, Object model) {
            return reply(200, template, model);
        }

        /// The form again, with what is wrong in it.
        public Reply refusal(String template, Object model) {
            return reply(422, template, model);
        }

        /// Somebody else was quicker.
        public Reply conflict(String template, Object model) {
            return reply(409, template, model);
        }

        /// Until a large account is counted, its page looks again by itself.
        public Reply counting(String title, Section section) {
            return page("ui/counting.jte", frame(title, section));
        }

        public Reply noSuchPage() {
            return problem(404, List.of());
        }

        /// On to another page, which says what has been done.
        public Reply done(String path, String sentence) {
            return logins.tell(Reply.seeOther(path), sentence);
        }

        public Reply go(String path) {
            return Reply.seeOther(path);
        }
    }
}
