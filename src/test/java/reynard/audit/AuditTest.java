package reynard.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.enrollment.Policies;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

/// One database that servers have filled, and a copy of it for each test, which spoils a row in it. No constraint of
/// the schema is in its way: a row may be spoilt by a hand or a disk, too.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AuditTest {
    private static final Map<String, Long> ids = new TreeMap<>();

    @SuppressWarnings("NullAway.Init") // JUnit fills it in.
    private static TestDatabase filled;

    @SuppressWarnings("NullAway.Init") // JUnit fills it in.
    private String database;

    @BeforeAll
    static void fill() {
        filled = new TestDatabase(url -> {
            Database.migrate(url);
            try (var relay = FakeSmtp.start();
                    var server = TestServer.on(url, Relay.parse(relay.url() + "?starttls=off"))) {
                relay.on(Verb.RCPT, 451, "4.7.1 later").to("sending@");
                fill(server);
            }
            dropConstraints(url);
        });
    }

    /// On Monday at noon; the clock stands at Tuesday, ten o'clock.
    private static void fill(TestServer server) {
        var tips = server.sequence(immediate("Hello"), days("Tips", 2), days("More", 1));
        ids.put("tips", tips.id());
        ids.put("hello email", tips.email("Hello"));
        ids.put("tips email", tips.email("Tips"));
        ids.put("more email", tips.email("More"));
        var once = server.sequence("{'repeat':true,'send_hour':9,'time_zone':'Etc/UTC'}", immediate("Once"));
        ids.put("once", once.id());
        var held = server.sequence("{'hold':true,'send_hour':9,'time_zone':'Etc/UTC'}", immediate("Held"));
        ids.put("held", held.id());
        join(server, tips, "waiting", "unsubscribed", "removed", "sending");
        var pending = server.subscriber("pending@example.org", "inactive");
        pending.joins(tips);
        ids.put("pending", pending.id());
        join(server, once, "repeating");
        join(server, held, "parked");
        server.settle();
        var repeating = server.subscriber("repeating@example.org");
        repeating.joins(once);
        server.advance(Duration.ofHours(22));
        long tag = server.tag("News");
        server.subscriber("listening@example.org").getsTag(tag);
        ids.put(
                "news",
                server.post(
                                "/v4/broadcasts",
                                TestServer.json("{'subject':'News','content':'x','send_at':'2026-01-06T08:00:00Z',"
                                        + "'subscriber_filter':[{'all':[{'type':'tag','ids':[" + tag + "]}]}]}"))
                        .at("/broadcast/id")
                        .asLong());
        server.settle();
        server.subscriber("unsubscribed@example.org").unsubscribes();
        server.subscriber("removed@example.org").isRemovedFrom(tips);
    }

    private static void join(TestServer server, TestServer.Sequence sequence, String... names) {
        for (var name : names) {
            ids.put(name, server.subscriber(name + "@example.org", sequence).id());
        }
    }

    @AfterAll
    static void forget() {
        ids.clear();
    }

    @BeforeEach
    void copy() {
        database = filled.cloned();
    }

    @AfterEach
    void drop() {
        TestDatabase.drop(database);
    }

    private static void dropConstraints(String url) {
        executeOn(url, """
                do $$
                declare
                    found record;
                begin
                    for found in select conrelid::regclass as of, conname as name
                                   from pg_constraint
                                  where conrelid in ('enrollment'::regclass, 'delivery'::regclass, 'attempt'::regclass,
                                                    'broadcast'::regclass)
                                    and contype in ('c', 'f', 'u')
                    loop
                        execute format('alter table %s drop constraint %I', found.of, found.name);
                    end loop;
                end $$
                """);
    }

    private void execute(String... statements) {
        executeOn(database, statements);
    }

    private static void executeOn(String url, String... statements) {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(String.join("; ", statements), e);
        }
    }

    private long number(String sql) {
        try (var connection = DriverManager.getConnection(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static long id(String name) {
        return java.util.Objects.requireNonNull(ids.get(name), name);
    }

    private long enrollment(String name) {
        return number("select id from enrollment where subscriber_id = " + id(name));
    }

    /// The last one of the reader.
    private long delivery(String name) {
        return number("select max(id) from delivery where subscriber_id = " + id(name));
    }

    /// Its queue goes along.
    private void spoilEnrollment(String name, String assignments) {
        execute(
                "update enrollment set " + assignments + " where subscriber_id = " + id(name),
                "delete from enrollment_queue where enrollment_id = " + enrollment(name),
                "insert into enrollment_queue (account_id, enrollment_id, due_at) select account_id, id, due_at"
                        + " from enrollment where due_at is not null and id = " + enrollment(name));
    }

    private void spoilDelivery(String name, String assignments) {
        execute("update delivery set " + assignments + " where id = " + delivery(name));
    }

    private void assertFound(String table, long id, String sentence) {
        long account = number("select id from account");
        assertThat(TestServer.violations(database, Policies.DEFAULT))
                .extracting(Violation::toString)
                .containsExactly("account " + account + ", " + table + " " + id + " " + sentence);
    }

    private void assertBroadcast(String sentence) {
        assertFound("broadcast", id("news"), sentence);
    }

    private void spoilBroadcast(String assignments) {
        execute("update broadcast set " + assignments + " where id = " + id("news"));
    }

    @Test
    void a_broadcast_that_has_not_begun_has_led_to_nothing() {
        spoilBroadcast("status = 'scheduled', started_at = null, ended_at = null");

        assertBroadcast("is scheduled, but the ledger has 1 emails of it");
    }

    @Test
    void a_walk_through_an_audience_has_come_to_everybody_who_has_an_email() {
        long last = number("select max(subscriber_id) from delivery where kind = 'broadcast'");
        spoilBroadcast("walked_to = " + (last - 1));

        assertBroadcast("has an email for subscriber " + last + ", but its walk has only come to " + (last - 1));
    }

    @Test
    void a_completed_broadcast_was_walked_to_the_end() {
        spoilBroadcast("walked_at = null");

        assertBroadcast("is completed, but its audience was not walked to the end");
    }

    @Test
    void a_completed_broadcast_has_tried_everybody() {
        execute("update delivery set state = 'scheduled', settled_at = null, next_attempt_at = now(), attempts = 0"
                + " where kind = 'broadcast'");
        execute("delete from attempt a using delivery d where d.id = a.delivery_id and d.kind = 'broadcast'");
        execute("insert into delivery_queue (account_id, delivery_id, kind, email_id, next_attempt_at)"
                + " select account_id, id, kind, broadcast_id, next_attempt_at from delivery where kind = 'broadcast'");

        assertBroadcast("is completed, but 1 of its emails were never tried");
    }

    private void assertEnrollment(String name, String sentence) {
        assertFound("enrollment", enrollment(name), sentence);
    }

    private void assertDelivery(String name, String sentence) {
        assertFound("delivery", delivery(name), sentence);
    }

    @Test
    void what_servers_have_made_is_clean() {
        assertThat(TestServer.violations(database, Policies.DEFAULT)).isEmpty();
    }

    @Test
    void a_waiting_enrollment_without_due_time() {
        spoilEnrollment("waiting", "due_at = null, tzdata = null");
        assertEnrollment("waiting", "waits without a due time");
    }

    @Test
    void a_due_time_that_the_rules_do_not_make_of_the_anchor() {
        spoilEnrollment("waiting", "due_at = due_at + interval '1 hour'");
        assertEnrollment("waiting", "is due at 2026-01-07T10:00:00Z, but by its plan at 2026-01-07T09:00:00Z");
    }

    @Test
    void a_due_time_before_the_one_that_the_rules_make() {
        spoilEnrollment("waiting", "due_at = due_at - interval '1 day'");
        assertEnrollment("waiting", "is due at 2026-01-06T09:00:00Z, but by its plan at 2026-01-07T09:00:00Z");
    }

    @Test
    void a_later_slot_may_be_due_to_an_edit() {
        spoilEnrollment("waiting", "due_at = due_at + interval '1 day'");
        assertThat(TestServer.violations(database, Policies.DEFAULT)).isEmpty();
    }

    @Test
    void a_date_by_another_tz_release_is_not_judged() {
        spoilEnrollment("waiting", "due_at = due_at + interval '1 hour', tzdata = '2026a'");
        assertThat(TestServer.violations(database, Policies.DEFAULT)).isEmpty();
    }

    @Test
    void an_old_plan_is_not_judged_while_its_people_are_looked_at() {
        execute(
                "update sequence set plan_version = plan_version + 1, send_hour = 15 where id = " + id("tips"),
                "insert into replan (account_id, sequence_id, plan_version, done, requested_at)"
                        + " select account_id, id, plan_version, 0, updated_at from sequence where id = " + id("tips"));
        assertThat(TestServer.violations(database, Policies.DEFAULT)).isEmpty();
    }

    @Test
    void an_old_plan_that_nobody_looks_at() {
        spoilEnrollment("waiting", "plan_version = plan_version - 1");
        assertEnrollment("waiting", "stands by plan 3 of 4, and nobody will look at it again");
    }

    @Test
    void a_plan_that_does_not_exist_yet() {
        spoilEnrollment("waiting", "plan_version = plan_version + 1");
        assertEnrollment("waiting", "stands by plan 5, but the sequence has only come to 4");
    }

    @Test
    void a_request_to_look_at_people_for_another_plan() {
        execute("insert into replan (account_id, sequence_id, plan_version, done, requested_at)"
                + " select account_id, id, plan_version + 1, 0, updated_at from sequence where id = " + id("tips"));
        assertFound("replan", id("tips"), "is for plan 5, but the sequence has plan 4");
    }

    @Test
    void waiting_for_an_email_that_is_not_the_next() {
        spoilEnrollment("waiting", "next_email_id = " + id("more email"));
        assertEnrollment(
                "waiting", "waits for email " + id("more email") + ", but email " + id("tips email") + " comes next");
    }

    @Test
    void waiting_for_an_email_of_another_sequence() {
        long other = number("select id from sequence_email where sequence_id = " + id("once"));
        spoilEnrollment("waiting", "next_email_id = " + other);
        assertEnrollment("waiting", "has a next email that is of another sequence: " + other);
    }

    @Test
    void waiting_in_a_paused_sequence() {
        execute("update sequence set active = false, paused_at = updated_at where id = " + id("tips"));
        assertEnrollment("waiting", "waits for 2026-01-07T09:00:00Z in a sequence that is paused");
    }

    @Test
    void inside_a_deleted_sequence() {
        execute("update sequence set active = false, deleted_at = updated_at where id = " + id("held"));
        assertEnrollment("parked", "is parked in a sequence that was deleted");
    }

    @Test
    void parked_for_the_wrong_reason() {
        spoilEnrollment("parked", "parked_because = 'nothing_published'");
        assertEnrollment("parked", "is parked as nothing_published, but by its plan as end_of_sequence");
    }

    @Test
    void parked_though_an_email_is_due() {
        spoilEnrollment(
                "waiting",
                "state = 'parked', parked_because = 'end_of_sequence', due_at = null, tzdata = null,"
                        + " next_email_id = null");
        assertEnrollment(
                "waiting",
                "is parked as end_of_sequence, but email " + id("tips email") + " is due at 2026-01-07T09:00:00Z");
    }

    @Test
    void held_by_a_sequence_that_holds_nobody() {
        execute("update sequence set hold = false where id = " + id("held"));
        assertEnrollment("parked", "is parked as end_of_sequence at the end of a sequence that holds nobody");
    }

    @Test
    void completed_without_an_email() {
        spoilEnrollment("pending", "state = 'completed', finished_at = added_at, finish_reason = 'end'");
        assertEnrollment("pending", "is completed without having had an email");
    }

    @Test
    void finished_for_a_reason_of_another_state() {
        spoilEnrollment("unsubscribed", "finish_reason = 'by_hand'");
        assertEnrollment("unsubscribed", "is cancelled for the reason by_hand");
    }

    @Test
    void an_open_enrollment_of_who_has_left() {
        execute("update subscriber set state = 'bounced' where id = " + id("waiting"));
        assertEnrollment("waiting", "is waiting, but its reader is bounced");
    }

    @Test
    void a_clock_that_did_not_start_at_the_confirmation() {
        execute("update subscriber set state = 'active' where id = " + id("pending"));
        assertEnrollment("pending", "waits for a confirmation that was given");
    }

    @Test
    void a_waiting_enrollment_that_is_in_no_queue() {
        execute("delete from enrollment_queue where enrollment_id = " + enrollment("waiting"));
        assertEnrollment("waiting", "is waiting, but its queue says otherwise");
    }

    @Test
    void two_enrollments_of_one_person_in_one_sequence() {
        execute("insert into enrollment (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,"
                + " plan_version, created_at) select account_id, 900000, sequence_id, subscriber_id, 1, source, added_at,"
                + " 'pending', plan_version, created_at from enrollment where subscriber_id = " + id("pending"));
        assertFound(
                "enrollment", 900_000, "is a second one of subscriber " + id("pending") + " in sequence " + id("tips"));
    }

    @Test
    void a_run_that_is_not_on_record() {
        execute("delete from enrollment_past_run");
        assertEnrollment("repeating", "is in run 2, but 0 earlier ones are on record");
    }

    @Test
    void two_runs_with_email_on_its_way() {
        long first = number("select min(id) from delivery where subscriber_id = " + id("repeating"));
        execute("delete from attempt where delivery_id = " + first);
        execute("update delivery set state = 'deferred', settled_at = null, next_attempt_at = due_at, attempts = 0"
                + " where id = " + first);
        assertFound("delivery", first, "is deferred, but its run is over");
    }

    @Test
    void a_delivery_of_a_run_that_does_not_exist() {
        long first = number("select min(id) from delivery where subscriber_id = " + id("repeating"));
        execute("update delivery set run = 3 where id = " + first);
        assertFound("delivery", first, "is of run 3, but its enrollment is in run 2");
    }

    @Test
    void a_delivery_of_an_enrollment_that_does_not_exist() {
        spoilDelivery("unsubscribed", "enrollment_id = 900000");
        execute("update enrollment set last_email_id = null where subscriber_id = " + id("unsubscribed"));
        assertDelivery("unsubscribed", "belongs to an enrollment that does not exist");
    }

    @Test
    void a_delivery_of_an_email_that_does_not_exist() {
        spoilDelivery("unsubscribed", "sequence_email_id = 900000");
        execute("update enrollment set last_email_id = null where subscriber_id = " + id("unsubscribed"));
        assertDelivery("unsubscribed", "is of email 900000, which does not exist");
    }

    @Test
    void an_enrollment_whose_next_email_does_not_exist() {
        spoilEnrollment("waiting", "next_email_id = 900000");
        assertEnrollment("waiting", "has a next email that does not exist: 900000");
    }

    @Test
    void an_enrollment_whose_last_email_does_not_exist() {
        spoilEnrollment("waiting", "last_email_id = 900000");
        assertEnrollment("waiting", "had an email last that does not exist: 900000");
    }

    @Test
    void a_delivery_to_somebody_else() {
        long delivery = delivery("waiting");
        spoilDelivery("waiting", "subscriber_id = " + id("parked"));
        assertFound(
                "delivery",
                delivery,
                "is for subscriber " + id("parked") + ", but its enrollment is of subscriber " + id("waiting"));
    }

    @Test
    void a_delivery_twice() {
        execute(
                "create table copy as select * from delivery where id = " + delivery("waiting"),
                "alter table copy drop column unusual",
                "update copy set id = 900000, token = 'other', state = 'skipped', reason = 'gone', attempts = 0",
                "insert into delivery select * from copy");
        assertFound("delivery", 900_000, "is a second one of email " + id("hello email") + " in run 1");
    }

    @Test
    void a_delivery_that_its_queue_has_for_another_time() {
        execute("update delivery_queue set next_attempt_at = next_attempt_at + interval '1 minute'"
                + " where delivery_id = " + delivery("sending"));
        assertDelivery("sending", "is deferred, but its queue says otherwise");
    }

    @Test
    void a_delivery_that_waits_and_is_in_no_queue() {
        execute("delete from delivery_queue where delivery_id = " + delivery("sending"));
        assertDelivery("sending", "is deferred, but its queue says otherwise");
    }

    @Test
    void a_settled_delivery_that_is_in_a_queue_still() {
        execute("insert into delivery_queue (account_id, delivery_id, kind, email_id)"
                + " select account_id, id, kind, sequence_email_id from delivery where id = " + delivery("waiting"));
        assertDelivery("waiting", "is sent, but its queue says otherwise");
    }

    @Test
    void an_email_on_its_way_that_is_in_no_queue() {
        execute(
                "delete from attempt where delivery_id = " + delivery("sending"),
                "delete from delivery where id = " + delivery("sending"));
        assertEnrollment("sending", "is sending email " + id("hello email") + ", but has no delivery of it");
    }

    @Test
    void a_settled_delivery_whose_enrollment_did_not_move_on() {
        long delivery = delivery("sending");
        spoilDelivery("sending", "state = 'failed', next_attempt_at = null, settled_at = due_at, reason = 'gave_up'");
        execute("delete from delivery_queue where delivery_id = " + delivery);
        assertEnrollment("sending", "did not move on when delivery " + delivery + " was failed");
    }

    @Test
    void a_place_behind_an_email_that_was_never_had() {
        spoilEnrollment("waiting", "last_email_id = " + id("tips email"));
        assertEnrollment("waiting", "stands behind email " + id("tips email") + ", which this run has not had");
    }

    @Test
    void an_email_that_was_treated_as_sent_counts_from_when_it_was_due() {
        execute("delete from attempt where delivery_id = " + delivery("waiting"));
        spoilDelivery(
                "waiting",
                "state = 'skipped', reason = 'treated_as_sent', attempts = 0, settled_at = '2026-01-06T09:30:00Z'");
        assertThat(TestServer.violations(database, Policies.DEFAULT)).isEmpty();
    }

    @Test
    void a_place_that_did_not_move_with_the_last_email() {
        long delivery = delivery("waiting");
        spoilEnrollment("waiting", "last_email_id = null, anchor_at = added_at - interval '1 minute'");
        assertEnrollment("waiting", "did not move on when delivery " + delivery + " was sent");
    }

    @Test
    void a_delay_that_does_not_count_from_the_last_email() {
        spoilEnrollment("waiting", "anchor_at = anchor_at + interval '1 minute'");
        assertEnrollment(
                "waiting",
                "counts from 2026-01-05T12:01:00Z, but email " + id("hello email")
                        + " was done at 2026-01-05T12:00:00Z");
    }

    @Test
    void a_sent_delivery_without_the_time_of_its_acceptance() {
        spoilDelivery("waiting", "settled_at = null");
        long delivery = delivery("waiting");
        spoilEnrollment(
                "waiting",
                "state = 'cancelled', finished_at = added_at, finish_reason = 'bounced', due_at = null,"
                        + " tzdata = null, next_email_id = null, last_email_id = null");
        assertFound("delivery", delivery, "is sent, but nobody wrote down when");
    }

    @Test
    void a_sent_delivery_that_no_relay_has_taken() {
        execute("update attempt set outcome = 'deferred' where delivery_id = " + delivery("waiting"));
        assertDelivery("waiting", "is sent, but no attempt of it was accepted");
    }

    @Test
    void a_count_of_attempts_that_does_not_add_up() {
        spoilDelivery("waiting", "attempts = attempts + 1");
        assertDelivery("waiting", "counts 2 attempts, but 1 are on record");
    }

    @Test
    void an_email_that_was_accepted_and_is_queued_all_the_same() {
        long attempt = delivery("sending");
        execute("update attempt set outcome = 'accepted' where number = 1 and delivery_id = " + attempt);
        assertDelivery("sending", "is deferred, but was accepted at 2026-01-05T12:00:00Z");
    }

    @Test
    void a_kept_letter_of_no_delivery() {
        execute("insert into delivery_message (account_id, delivery_id, envelope_sender, message)"
                + " select id, 900000, 'a@example.com', 'x' from account");
        assertFound("kept letter", 900_000, "belongs to a delivery that does not exist");
    }

    @Test
    void a_place_in_the_queue_of_no_enrollment() {
        execute(
                "insert into enrollment_queue (account_id, enrollment_id, due_at) select id, 900000, now() from account");
        assertFound("place in the queue", 900_000, "belongs to an enrollment that does not exist");
    }

    @Test
    void an_email_that_may_have_arrived_and_could_not_be_sent_again_as_it_was() {
        spoilDelivery("sending", "state = 'uncertain', uncertain_at = created_at, reason = 'uncertain'");
        assertDelivery("sending", "may have arrived, but its letter is kept nowhere");
    }

    @Test
    void a_kept_letter_that_nobody_can_read() {
        execute("insert into delivery_message (account_id, delivery_id, envelope_sender, source_id, message)"
                + " select id, " + delivery("sending") + ", 'a@example.com', 'gone', 'x' from account");
        assertDelivery("sending", "has a kept letter whose source does not exist");
    }

    @Test
    void an_attempt_of_no_delivery() {
        execute("insert into attempt (account_id, delivery_id, number, node, at, outcome)"
                + " select account_id, 900000, 1, node, at, 'deferred' from attempt limit 1");
        assertFound("attempt", 900_000, "belongs to a delivery that does not exist");
    }

    @Test
    void an_email_that_came_to_its_dot_after_its_reader_had_unsubscribed() {
        spoilDelivery("unsubscribed", "marked_at = '2026-01-06T10:00:02Z'");
        assertDelivery(
                "unsubscribed",
                "came to its final dot at 2026-01-06T10:00:02Z, but its reader had left at 2026-01-06T10:00:00Z");
    }

    @Test
    void an_email_at_its_dot_at_the_very_moment_of_leaving() {
        spoilDelivery("unsubscribed", "marked_at = '2026-01-06T10:00:00Z'");
        assertThat(TestServer.violations(database, Policies.DEFAULT)).isEmpty();
    }

    @Test
    void an_email_that_came_to_its_dot_after_its_reader_was_taken_out() {
        spoilDelivery("removed", "marked_at = '2026-01-06T11:00:00Z'");
        assertDelivery(
                "removed",
                "came to its final dot at 2026-01-06T11:00:00Z, but its reader had left at 2026-01-06T10:00:00Z");
    }

    @Test
    void an_email_in_the_queue_for_who_has_left() {
        execute("update subscriber set state = 'cancelled' where id = " + id("sending"));
        spoilEnrollment(
                "sending",
                "state = 'cancelled', finished_at = added_at, finish_reason = 'unsubscribed', next_email_id = null");
        assertDelivery("sending", "is deferred, but its reader has left");
    }

    @Test
    void an_email_in_the_queue_that_was_taken_back() {
        execute("update sequence_email set published = false where id = " + id("hello email"));
        assertDelivery("sending", "is deferred, but its email was taken back");
    }

    @Test
    void an_email_on_its_way_by_no_node() {
        spoilDelivery("sending", "at_dot = true");
        assertDelivery("sending", "is at its final dot by no node");
    }

    @Test
    void a_queued_email_without_a_next_attempt() {
        spoilDelivery("sending", "next_attempt_at = null");
        assertDelivery("sending", "is deferred, but has no time for its next attempt");
    }

    @Test
    void a_skipped_email_without_a_reason() {
        spoilDelivery("sending", "state = 'skipped', settled_at = due_at, next_attempt_at = null, reason = null");
        spoilEnrollment(
                "sending",
                "state = 'removed', finished_at = added_at, finish_reason = 'by_hand', next_email_id = null");
        assertDelivery("sending", "is skipped without a reason");
    }

    @Test
    void a_sent_email_without_a_mark() {
        spoilDelivery("waiting", "marked_at = null");
        assertDelivery("waiting", "is sent without a mark before its final dot");
    }
}
