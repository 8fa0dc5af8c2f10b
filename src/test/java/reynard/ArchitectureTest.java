package reynard;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ArchitectureTest {
    /// Who may know whom. A room is a folder under `reynard`; what is not listed here is not allowed.
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("id", Set.of()),
            entry("net", Set.of()),
            entry("schedule", Set.of()),
            entry("mail", Set.of()),
            entry("mail.dkim", Set.of()),
            entry("template.liquid", Set.of()),
            entry("tzdata", Set.of("schedule")),
            entry("db", Set.of("id")),
            entry("http", Set.of("id", "net", "db")),
            entry("event", Set.of("id", "db")),
            entry("delivery.smtp", Set.of("mail")),
            entry("account", Set.of("id", "tzdata", "schedule", "db", "http")),
            entry("identity", Set.of("id", "mail", "mail.dkim", "account", "db")),
            entry("access", Set.of("id", "mail", "account", "delivery", "page", "db", "http")),
            entry("subscriber", Set.of("id", "mail", "tzdata", "event", "db", "http")),
            entry("tag", Set.of("id", "subscriber", "event", "db", "http")),
            entry("form", Set.of("id", "subscriber", "event", "db", "http")),
            entry("bulk", Set.of("id", "mail", "subscriber", "tag", "form", "enrollment", "webhook", "db", "http")),
            entry("draft", Set.of("id", "account", "event", "db")),
            entry("sheet", Set.of("id", "mail", "subscriber", "tag", "bulk", "db")),
            entry("segment", Set.of("id", "subscriber", "report", "db", "http")),
            entry("report", Set.of("id", "schedule", "tzdata", "account", "subscriber", "db", "http")),
            entry("purchase", Set.of("id", "mail", "subscriber", "event", "db", "http")),
            entry("template", Set.of("id", "template.liquid", "db", "http")),
            entry("sequence", Set.of("id", "schedule", "tzdata", "account", "template", "event", "db", "http")),
            entry(
                    "delivery",
                    Set.of(
                            "id",
                            "mail",
                            "mail.dkim",
                            "identity",
                            "schedule",
                            "account",
                            "subscriber",
                            "sequence",
                            "template",
                            "delivery.smtp",
                            "event",
                            "db",
                            "http")),
            // A client: it sees the server through HTTP alone.
            entry("demo", Set.of()),
            entry("audit", Set.of("id", "schedule", "tzdata", "sequence", "enrollment", "db")),
            entry("reference", Set.of("http")),
            entry("inbox", Set.of("id", "account", "db", "http")),
            entry("feedback", Set.of("delivery.smtp")),
            entry(
                    "bounce",
                    Set.of("id", "account", "subscriber", "delivery", "identity", "feedback", "event", "db", "http")),
            entry("page", Set.of("http")),
            entry("trigger", Set.of("id", "tag", "sequence", "event", "db", "http")),
            entry(
                    "tracking",
                    Set.of(
                            "id",
                            "mail",
                            "account",
                            "subscriber",
                            "template",
                            "delivery",
                            "page",
                            "event",
                            "db",
                            "http")),
            entry("person", Set.of("id", "account", "subscriber", "bulk", "event", "db", "http")),
            entry("consent", Set.of("id", "subscriber", "db", "http")),
            entry(
                    "signup",
                    Set.of(
                            "id",
                            "mail",
                            "access",
                            "account",
                            "subscriber",
                            "tag",
                            "form",
                            "sequence",
                            "delivery",
                            "enrollment",
                            "consent",
                            "page",
                            "event",
                            "db",
                            "http")),
            entry(
                    "reader",
                    Set.of(
                            "id",
                            "account",
                            "subscriber",
                            "sequence",
                            "delivery",
                            "enrollment",
                            "consent",
                            "signup",
                            "person",
                            "mail",
                            "page",
                            "event",
                            "db",
                            "http")),
            entry(
                    "foresight",
                    Set.of("id", "schedule", "subscriber", "sequence", "delivery", "enrollment", "db", "http")),
            entry("post", Set.of("id", "account", "broadcast", "page", "db", "http")),
            entry(
                    "broadcast",
                    Set.of(
                            "id",
                            "account",
                            "subscriber",
                            "segment",
                            "template",
                            "template.liquid",
                            "delivery",
                            "event",
                            "db",
                            "http")),
            entry(
                    "webhook",
                    Set.of(
                            "id",
                            "net",
                            "account",
                            "broadcast",
                            "subscriber",
                            "tag",
                            "form",
                            "sequence",
                            "purchase",
                            "event",
                            "db",
                            "http")),
            entry(
                    "proof",
                    Set.of(
                            "id",
                            "mail",
                            "schedule",
                            "account",
                            "access",
                            "sequence",
                            "template",
                            "delivery",
                            "enrollment",
                            "page",
                            "db",
                            "http")),
            entry(
                    "enrollment",
                    Set.of(
                            "id",
                            "schedule",
                            "tzdata",
                            "subscriber",
                            "segment",
                            "sequence",
                            "delivery",
                            "event",
                            "db",
                            "http")));

    /// Pages use every room that they show, and no statement of their own.
    private static final Set<String> PAGES = Set.of(
            "ui",
            "ui.audience",
            "ui.broadcast",
            "ui.form",
            "ui.home",
            "ui.inbox",
            "ui.letter",
            "ui.people",
            "ui.program",
            "ui.sending",
            "ui.sequence",
            "ui.settings",
            "ui.template");

    /// They see every room.
    private static final Set<String> ON_TOP = Set.of("app", "cli");

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("reynard");

    private static String room(JavaClass type) {
        return type.getPackageName().replaceFirst("^reynard\\.?", "");
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith("reynard");
    }

    @Test
    void every_room_has_a_row_and_every_row_a_room() {
        var rooms = PRODUCT.stream().map(ArchitectureTest::room).collect(Collectors.toCollection(TreeSet::new));
        var rows = new TreeSet<>(MAY_USE.keySet());
        rows.addAll(ON_TOP);
        rows.addAll(PAGES);
        assertThat(rooms).isEqualTo(rows);
    }

    @Test
    void each_room_uses_only_what_its_row_lists() {
        for (var type : PRODUCT) {
            var room = room(type);
            if (ON_TOP.contains(room) || PAGES.contains(room)) {
                continue;
            }
            for (var dependency : type.getDirectDependenciesFromSelf()) {
                var target = dependency.getTargetClass().getBaseComponentType();
                if (isOurs(target) && !room(target).equals(room)) {
                    assertThat(MAY_USE.getOrDefault(room, Set.of()))
                            .as(dependency.getDescription())
                            .contains(room(target));
                }
            }
        }
    }

    @Test
    void nothing_looks_down_on_top() {
        noClasses()
                .that()
                .resideOutsideOfPackages("reynard.app..", "reynard.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("reynard.app..", "reynard.cli..")
                .check(PRODUCT);
    }

    @Test
    void pages_are_shown_by_nobody_but_the_server_that_has_them() {
        noClasses()
                .that()
                .resideOutsideOfPackages("reynard.ui..", "reynard.app..", "reynard.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("reynard.ui..")
                .check(PRODUCT);
    }

    @Test
    void there_are_no_cycles_between_rooms() {
        slices().matching("reynard.(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void pure_rooms_use_plain_java_only() {
        for (var room : Set.of("schedule", "mail", "id", "template.liquid")) {
            classes()
                    .that()
                    .resideInAPackage("reynard." + room)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "reynard." + room,
                            "java.lang..",
                            "java.util..",
                            "java.time..",
                            "java.text..",
                            "java.math..",
                            "java.nio",
                            "java.nio.charset..",
                            "java.io",
                            "org.jspecify.annotations..")
                    .check(PRODUCT);
        }
        noClasses()
                .that()
                .resideInAnyPackage("reynard.schedule", "reynard.mail", "reynard.id", "reynard.template.liquid")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File|InputStream|OutputStream|Reader|Writer|FileInputStream).*")
                .check(PRODUCT);
    }

    @Test
    void only_stores_and_the_database_room_see_sql() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Store")
                .and()
                .areNotMemberClasses()
                .and()
                .resideOutsideOfPackages("reynard.db", "reynard.app", "reynard.cli")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.jdbi..", "com.zaxxer..", "org.postgresql..")
                .andShould()
                .dependOnClassesThat(DescribedPredicate.not(assignableTo(java.sql.SQLException.class)))
                .check(withoutHttpFailures());
    }

    /// The HTTP server tells an outage of the database from a bug by the type of its exception.
    private static JavaClasses withoutHttpFailures() {
        return PRODUCT.that(DescribedPredicate.not(resideInAPackage("reynard.http")));
    }

    @Test
    void stores_belong_to_their_room() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Store")
                .and()
                .resideOutsideOfPackage("reynard.db")
                .should()
                .bePackagePrivate()
                .check(PRODUCT);
    }

    @Test
    void only_endpoints_and_what_serves_them_see_http() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Endpoints")
                .and()
                .areTopLevelClasses()
                .and()
                .resideOutsideOfPackages("reynard.http", "reynard.ui", "reynard.app", "reynard.cli")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("reynard.http")
                .check(PRODUCT);
    }

    @Test
    void only_delivery_and_the_inbox_speak_smtp() {
        noClasses()
                .that()
                .resideOutsideOfPackages("reynard.delivery..", "reynard.feedback", "reynard.app", "reynard.cli")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("reynard.delivery.smtp")
                .check(PRODUCT);
        noClasses()
                .that()
                .resideOutsideOfPackage("reynard.inbox")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.subethamail..")
                .check(PRODUCT);
    }

    @Test
    void only_webhooks_and_the_demo_are_http_clients() {
        noClasses()
                .that()
                .resideOutsideOfPackages("reynard.webhook", "reynard.demo")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.eclipse.jetty.client..", "java.net.http..")
                .check(PRODUCT);
    }

    @Test
    void nothing_outside_app_asks_for_the_time() {
        noClasses()
                .that()
                .resideOutsideOfPackages("reynard.app", "reynard.cli")
                .should()
                .accessTargetWhere(asksForTheTime())
                .check(PRODUCT);
    }

    private static DescribedPredicate<JavaAccess<?>> asksForTheTime() {
        return DescribedPredicate.describe("asks for the time", access -> {
            AccessTarget target = access.getTarget();
            var owner = target.getOwner();
            boolean now =
                    target.getName().equals("now") && owner.getPackageName().startsWith("java.time");
            boolean system = (owner.isEquivalentTo(Clock.class) || owner.isEquivalentTo(InstantSource.class))
                    && target.getName().startsWith("system");
            boolean millis =
                    owner.isEquivalentTo(System.class) && target.getName().equals("currentTimeMillis");
            return now || system || millis;
        });
    }

    @Test
    void names_say_what_a_thing_is() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl|Service|Dto)$")
                .check(PRODUCT);
    }
}
