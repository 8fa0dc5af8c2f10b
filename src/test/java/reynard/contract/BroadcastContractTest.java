package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BroadcastContractTest {
    private static final String SLIM = "'id':'int','publication_id':'int','created_at':'instant','subject':'text?',"
            + "'preview_text':'text?','description':'text?','public':'bool','published_at':'instant?',"
            + "'send_at':'instant?','thumbnail_alt':'text?','thumbnail_url':'text?','public_url':'text?',"
            + "'email_address':'text','status':'text'";
    private static final String BROADCAST =
            SLIM + ",'content':'text?','email_template':{'id':'int','name':'text'},'subscriber_filter':['any']";
    private static final String ONE = "{'broadcast':{" + BROADCAST + "}}";
    private static final String STATS = "'stats':{'recipients':'int','open_rate':'any','emails_opened':'int',"
            + "'click_rate':'any','unsubscribe_rate':'any','unsubscribes':'int','total_clicks':'int',"
            + "'show_total_clicks':'bool','status':'text','progress':'any','open_tracking_disabled':'bool',"
            + "'click_tracking_disabled':'bool'}";
    private static final String ONE_GROUP =
            "Only a single filter group is supported. Use one of `all`, `any`, or `none`.";

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    /// Each test has an account of its own.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
    }

    private Answer created(String body) {
        var answer = server.post("/v4/broadcasts", json(body));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        return answer;
    }

    private static String path(Answer broadcast) {
        return "/v4/broadcasts/" + broadcast.at("/broadcast/id");
    }

    private long segment(long tag) {
        return server.post(
                        "/ext/v1/segments", json("{'name':'S','filter':[{'all':[{'type':'tag','id':" + tag + "}]}]}"))
                .at("/segment/id")
                .asLong();
    }

    @Test
    void a_broadcast_without_a_time_is_a_draft_for_everyone_with_what_the_account_has() {
        var created = created("{'subject':'You will never guess...'}");

        assertShape(created, 201, ONE);
        var author =
                server.get("/v4/account").at("/account/primary_email_address").asText();
        var template = server.get("/v4/email_templates").at("/email_templates/0");
        assertThat(created.at("/broadcast"))
                .hasToString(json("{'id':" + created.at("/broadcast/id") + ",'publication_id':"
                        + created.at("/broadcast/publication_id") + ",'created_at':'" + server.now()
                        + """
                        ','subject':'You will never guess...','preview_text':null,'description':null,'content':null,\
                        'public':false,'published_at':null,'send_at':null,'thumbnail_alt':null,'thumbnail_url':null,\
                        'public_url':null,'email_address':'%s','email_template':{'id':%s,'name':%s},\
                        'subscriber_filter':[{'all':[{'type':'all_subscribers'}]}],'status':'draft'}""".formatted(author, template.get("id"), template.get("name"))));
        assertThat(server.get(path(created)).body()).isEqualTo(created.body());
    }

    @Test
    void everything_that_is_sent_comes_back() {
        long segment = segment(server.tag("Tea"));
        var template = server.get("/v4/email_templates").at("/email_templates/1");

        var created = created("""
                {'email_template_id':%s,'email_address':null,'content':'<p>Let me introduce myself</p>',
                 'description':'Intro email','public':true,'published_at':'2023-02-17T11:43:55+00:00','send_at':null,
                 'thumbnail_alt':'A cup','thumbnail_url':'https://example.com/cup.png',
                 'preview_text':'Pleased to meet you!','subject':'Hello!',
                 'subscriber_filter':[{'all':[{'type':'segment','ids':[%d]}],'any':null,'none':null}]}""".formatted(template.get("id"), segment));

        assertShape(created, 201, ONE);
        var broadcast = created.at("/broadcast");
        assertThat(broadcast.get("email_template").get("name")).isEqualTo(template.get("name"));
        assertThat(broadcast.get("content").asText()).isEqualTo("<p>Let me introduce myself</p>");
        assertThat(broadcast.get("description").asText()).isEqualTo("Intro email");
        assertThat(broadcast.get("published_at").asText()).isEqualTo("2023-02-17T11:43:55Z");
        assertThat(broadcast.get("thumbnail_alt").asText()).isEqualTo("A cup");
        assertThat(broadcast.get("thumbnail_url").asText()).isEqualTo("https://example.com/cup.png");
        assertThat(broadcast.get("preview_text").asText()).isEqualTo("Pleased to meet you!");
        assertThat(broadcast.get("public_url").asText()).endsWith("/hello");
        assertThat(broadcast.get("subscriber_filter"))
                .hasToString(json("[{'all':[{'type':'segment','ids':[" + segment + "]}]}]"));
        assertThat(broadcast.get("status").asText()).isEqualTo("draft");
    }

    @Test
    void dates_are_taken_in_each_form_that_clients_send() {
        for (var time : List.of(
                "2026-02-01T10:00:00Z",
                "2026-02-01 10:00:00",
                "2026-02-01T10:00:00",
                "2026-02-01T12:00:00+02:00",
                "2026-02-01T10:00:00.000Z")) {
            var created = created("{'subject':'S','content':'C','send_at':'" + time + "'}");
            assertThat(created.at("/broadcast/send_at").asText()).as(time).isEqualTo("2026-02-01T10:00:00Z");
            assertThat(created.at("/broadcast/status").asText()).isEqualTo("scheduled");
        }
    }

    @Test
    void an_update_with_a_subset_keeps_the_rest() {
        long tag = server.tag("Tea");
        var created = created("""
                {'subject':'Old','content':'Text','description':'About','preview_text':'Look',
                 'subscriber_filter':[{'none':[{'type':'tag','ids':[%d]}]}]}""".formatted(tag));

        var updated = server.put(path(created), json("{'subject':'New','description':null}"));

        assertShape(updated, 200, ONE);
        assertThat(updated.at("/broadcast/subject").asText()).isEqualTo("New");
        assertThat(updated.at("/broadcast/description").isNull()).isTrue();
        assertThat(updated.at("/broadcast/content").asText()).isEqualTo("Text");
        assertThat(updated.at("/broadcast/preview_text").asText()).isEqualTo("Look");
        assertThat(updated.at("/broadcast/subscriber_filter"))
                .hasToString(json("[{'none':[{'type':'tag','ids':[" + tag + "]}]}]"));
        assertThat(server.get(path(created)).body()).isEqualTo(updated.body());
    }

    @Test
    void a_broadcast_is_scheduled_put_off_and_taken_back() {
        var created = created("{'subject':'S','content':'C','send_at':'2026-02-01 10:00:00'}");

        var later = server.put(path(created), json("{'send_at':'2026-02-02 10:00:00'}"));
        assertThat(later.at("/broadcast/status").asText()).isEqualTo("scheduled");
        assertThat(later.at("/broadcast/send_at").asText()).isEqualTo("2026-02-02T10:00:00Z");

        var never = server.put(path(created), json("{'send_at':null}"));
        assertThat(never.at("/broadcast/status").asText()).isEqualTo("draft");
        assertThat(never.at("/broadcast/send_at").isNull()).isTrue();
    }

    @Test
    void what_is_scheduled_has_a_subject_and_something_to_say() {
        assertError(
                server.post("/v4/broadcasts", json("{'send_at':'2026-02-01','subject':' '}")),
                422,
                "Subject can't be blank",
                "Content can't be blank");
        var draft = created("{'subject':'S'}");
        assertError(server.put(path(draft), json("{'send_at':'2026-02-01'}")), 422, "Content can't be blank");
        assertThat(server.get(path(draft)).body()).isEqualTo(draft.body());
    }

    @Test
    void an_unknown_template_and_two_filter_groups_are_both_told() {
        long tag = server.tag("Tea");
        var groups = "[{'all':[{'type':'tag','ids':[%d]}],'any':[{'type':'tag','ids':[%d]}]}]".formatted(tag, tag);
        var body = "{'subject':'S','email_template_id':999999,'subscriber_filter':" + groups + "}";

        assertError(server.post("/v4/broadcasts", json(body)), 422, "Email template not found", ONE_GROUP);
        var draft = created("{'subject':'S'}");
        assertError(server.put(path(draft), json(body)), 422, "Email template not found", ONE_GROUP);
        var apart = "[{'all':[{'type':'tag','ids':[%d]}]},{'any':[{'type':'tag','ids':[%d]}]}]".formatted(tag, tag);
        assertError(server.put(path(draft), json("{'subscriber_filter':" + apart + "}")), 422, ONE_GROUP);
        for (var empty : List.of("[{}]", "[{'all':[]}]", "[{'all':null,'any':null,'none':null}]")) {
            assertError(server.put(path(draft), json("{'subscriber_filter':" + empty + "}")), 422, ONE_GROUP);
        }
        assertThat(server.get(path(draft)).body()).isEqualTo(draft.body());
    }

    @Test
    void nobody_chosen_means_everyone_and_can_be_said() {
        long tag = server.tag("Tea");
        var draft = created("{'subject':'S','subscriber_filter':[{'any':[{'type':'tag','ids':[" + tag + "]}]}]}");
        for (var everyone : List.of("[]", "null", "[{'all':[{'type':'all_subscribers'}]}]")) {
            server.put(path(draft), json("{'subscriber_filter':[{'any':[{'type':'tag','ids':[" + tag + "]}]}]}"));
            var updated = server.put(path(draft), json("{'subscriber_filter':" + everyone + "}"));
            assertThat(updated.at("/broadcast/subscriber_filter"))
                    .as(everyone)
                    .hasToString(json("[{'all':[{'type':'all_subscribers'}]}]"));
        }
    }

    @Test
    void what_an_audience_names_must_be_there() {
        for (var filter : Map.of(
                        "[{'any':[{'type':'tag','ids':[999999]}]}]", "subscriber_filter tag not found: 999999",
                        "[{'any':[{'type':'segment','ids':[999999]}]}]", "subscriber_filter segment not found: 999999",
                        "[{'any':[{'type':'form','ids':[1]}]}]", "subscriber_filter type must be one of: segment, tag",
                        "[{'any':[{'type':'tag','ids':[]}]}]", "subscriber_filter ids must be an array of integers",
                        "[{'any':[{'type':'tag'}]}]", "subscriber_filter ids must be an array of integers")
                .entrySet()) {
            assertError(
                    server.post("/v4/broadcasts", json("{'subscriber_filter':" + filter.getKey() + "}")),
                    422,
                    filter.getValue());
        }
    }

    @Test
    void a_segment_that_says_whom_a_broadcast_is_for_cannot_be_deleted() {
        long segment = segment(server.tag("Tea"));
        var draft =
                created("{'subject':'S','subscriber_filter':[{'any':[{'type':'segment','ids':[" + segment + "]}]}]}");

        assertError(
                server.delete("/ext/v1/segments/" + segment),
                422,
                "Segment is in the audience of broadcast " + draft.at("/broadcast/id"));
        assertThat(server.delete(path(draft)).status()).isEqualTo(204);
        assertThat(server.delete("/ext/v1/segments/" + segment).status()).isEqualTo(204);
    }

    @Test
    void a_deleted_broadcast_is_gone_from_every_path() {
        var created = created("{'subject':'S','public':true,'published_at':'2026-01-01'}");
        var post = "/v4/posts/" + server.get("/v4/posts").at("/posts/0/id");

        assertThat(server.delete(path(created)).status()).isEqualTo(204);

        assertError(server.delete(path(created)), 404, "Not Found");
        assertError(server.get(path(created)), 404, "Not Found");
        assertError(server.put(path(created), "{}"), 404, "Not Found");
        assertError(server.get(path(created) + "/stats"), 404, "Not Found");
        assertError(server.get(path(created) + "/clicks"), 404, "Not Found");
        assertError(server.get(post), 404, "Not Found");
        assertThat(server.get("/v4/broadcasts").body().get("broadcasts")).isEmpty();
        assertThat(server.get("/v4/posts").body().get("posts")).isEmpty();
    }

    @Test
    void broadcasts_are_listed_newest_first_by_status_and_without_what_is_heavy() {
        created("{'subject':'One'}");
        created("{'subject':'Two','content':'C','send_at':'2026-02-01'}");
        created("{'subject':'Three'}");

        var all = server.get("/v4/broadcasts?per_page=2&include_total_count=true");
        assertShape(
                all,
                200,
                "{'broadcasts':[{" + BROADCAST + "}]," + PAGINATION.replace("}", ",'total_count':'int'}") + "}");
        assertThat(all.each("broadcasts", "subject")).containsExactly("Three", "Two");
        assertThat(all.at("/pagination/total_count").asLong()).isEqualTo(3);
        var next = server.get(
                "/v4/broadcasts?after=" + all.at("/pagination/end_cursor").asText());
        assertThat(next.each("broadcasts", "subject")).containsExactly("One");

        assertThat(server.get("/v4/broadcasts?status=scheduled").each("broadcasts", "subject"))
                .containsExactly("Two");
        assertThat(server.get("/v4/broadcasts?sent_after=2020-01-01").body().get("broadcasts"))
                .isEmpty();
        assertShape(server.get("/v4/broadcasts?slim=true"), 200, "{'broadcasts':[{" + SLIM + "}]," + PAGINATION + "}");
        assertError(
                server.get("/v4/broadcasts?status=lost"),
                422,
                "status must be one of: draft, scheduled, sending, completed, aborted");
        assertError(
                server.get("/v4/broadcasts?sent_before=soon"),
                422,
                "sent_before is incorrectly formatted. Use YYYY-MM-DD.");
        // The name of a parameter in Kit's document that says nothing.
        assertThat(server.get(path(created("{}")) + "?%5B%5D=1").status()).isEqualTo(200);
    }

    @Test
    void figures_of_what_was_not_sent_are_nought() {
        var draft = created("{'subject':'S'}");

        var one = server.get(path(draft) + "/stats");
        assertShape(one, 200, "{'broadcast':{'id':'int'," + STATS + "}}");
        assertThat(one.at("/broadcast/stats")).hasToString(json("""
                {'recipients':0,'open_rate':0,'emails_opened':0,'click_rate':0,'unsubscribe_rate':0,'unsubscribes':0,\
                'total_clicks':0,'show_total_clicks':false,'status':'draft','progress':0.0,\
                'open_tracking_disabled':false,'click_tracking_disabled':false}"""));
        var many = server.get("/v4/broadcasts/stats?status=draft");
        assertShape(
                many,
                200,
                "{'broadcasts':[{'id':'int','subject':'text?','send_at':'instant?'," + STATS + "}]," + PAGINATION
                        + "}");
        assertThat(many.at("/broadcasts/0/stats")).isEqualTo(one.at("/broadcast/stats"));
        assertThat(server.get("/v4/broadcasts/stats?status=completed").body().get("broadcasts"))
                .isEmpty();
        assertShape(
                server.get(path(draft) + "/clicks"),
                200,
                "{'broadcast':{'id':'int','clicks':['any']}," + PAGINATION + "}");
    }

    @Test
    void a_field_of_another_type_is_named() {
        var faults = new LinkedHashMap<String, String>();
        faults.put("'subject':1", "subject must be a string");
        faults.put("'subject':'a\\nb'", "subject must not contain line breaks or control characters");
        faults.put("'send_at':'soon'", "send_at is incorrectly formatted. Use YYYY-MM-DD.");
        faults.put("'public':'yes'", "public must be true or false");
        faults.put("'email_address':'else@example.com'", "email_address is not a valid sending address");
        faults.put("'email_template_id':'x'", "email_template_id must be an id");
        faults.put("'subscriber_filter':{}", "subscriber_filter must be an array of objects");
        faults.forEach(
                (field, fault) -> assertError(server.post("/v4/broadcasts", json("{" + field + "}")), 422, fault));
        assertThat(created("{'email_template_id':0,'status':'completed','id':7,'recipients':5}")
                        .at("/broadcast/status")
                        .asText())
                .isEqualTo("draft");
    }

    @Test
    void posts_are_the_public_broadcasts_with_content_when_asked() {
        created("{'subject':'Private'}");
        created("{'subject':'Draft Post','public':true}");
        created("""
                {'subject':'Email and Web Post','content':'<p>Hi {{ subscriber.first_name }}!</p>','public':true,
                 'published_at':'2026-01-02T10:00:00Z'}""");

        var list = server.get("/v4/posts");
        var row = "'id':'int','publication_id':'int','created_at':'instant','title':'text?','slug':'text?',"
                + "'description':'text?','meta_description':'text?','status':'text','published_at':'instant?',"
                + "'sent_at':'instant?','thumbnail_alt':'text?','thumbnail_url':'text?','is_paid':'bool',"
                + "'public_url':'text?'";
        assertShape(list, 200, "{'posts':[{" + row + "}]," + PAGINATION + "}");
        assertThat(list.each("posts", "title")).containsExactly("Email and Web Post", "Draft Post");
        assertThat(list.each("posts", "status")).containsExactly("published", "draft");
        assertThat(list.each("posts", "slug")).containsExactly("email-and-web-post", "null");
        assertThat(list.at("/posts/0/public_url").asText()).endsWith("/email-and-web-post");
        assertThat(list.at("/posts/0/publication_id"))
                .isEqualTo(server.get("/v4/broadcasts").at("/broadcasts/0/publication_id"));

        var one = server.get("/v4/posts/" + list.at("/posts/0/id"));
        assertShape(one, 200, "{'post':{" + row + ",'content':'text?'}}");
        assertThat(one.at("/post/content").asText()).isEqualTo("<p>Hi !</p>");
        assertThat(server.get("/v4/posts?include_content=true").at("/posts/0")).isEqualTo(one.at("/post"));
        assertError(server.get("/v4/posts/999999999"), 404, "Not Found");
    }
}
