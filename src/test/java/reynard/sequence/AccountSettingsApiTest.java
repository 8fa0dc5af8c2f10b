package reynard.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AccountSettingsApiTest {
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestServer.Answer change(String json) {
        return server.put("/ext/v1/account", json(json));
    }

    @Test
    void the_settings_are_shown_and_what_is_not_sent_stays() {
        var before = server.get("/ext/v1/account");
        assertThat(before.at("/account/name").asText()).isEqualTo("Tea Letters");
        assertThat(before.at("/account/postal_address").asText()).isEqualTo("1 Tea Street\nLondon");
        assertThat(before.at("/account/exclude_subscriber_sources")).isEmpty();

        assertThat(change("{'name':' Coffee Letters ','send_hour':7}").status()).isEqualTo(200);

        var after = server.get("/ext/v1/account").at("/account");
        assertThat(after.get("name").asText()).isEqualTo("Coffee Letters");
        assertThat(after.get("send_hour").asInt()).isEqualTo(7);
        assertThat(after.get("time_zone").asText()).isEqualTo("Etc/UTC");
        assertThat(server.get("/v4/account").at("/account/name").asText()).isEqualTo("Coffee Letters");
    }

    @Test
    void new_sequences_start_from_the_settings_and_old_ones_keep_theirs() {
        var old = server.sequence("{}");
        long tag = server.tag("Customer");
        long template = server.post(
                        "/ext/v1/email_templates",
                        json("{'name':'Mine','html':'{{ message_content }}{{" + " unsubscribe_link }}'}"))
                .at("/email_template/id")
                .asLong();

        var changed = change(("{'time_zone':'Asia/Tokyo','send_hour':6,'email_template_id':%d,"
                        + "'exclude_subscriber_sources':[{'type':'tag','ids':[%d]}]}")
                .formatted(template, tag));

        assertThat(changed.at("/account/email_template_id").asLong()).isEqualTo(template);
        assertThat(old.show().get("time_zone").asText()).isEqualTo("Etc/UTC");
        assertThat(old.show().get("exclude_subscriber_sources")).isEmpty();
        var fresh = server.sequence("{}").show();
        assertThat(fresh.get("time_zone").asText()).isEqualTo("Asia/Tokyo");
        assertThat(fresh.get("send_hour").asInt()).isEqualTo(6);
        assertThat(fresh.at("/exclude_subscriber_sources").toString())
                .isEqualTo(json("[{'type':'tag','ids':[%d]}]").formatted(tag));
        assertThat(server.sequence("{'exclude_subscriber_sources':[]}").show().at("/exclude_subscriber_sources"))
                .isEmpty();
    }

    @Test
    void an_exclusion_whose_segment_is_gone_is_no_default_any_more() {
        long segment = server.post(
                        "/ext/v1/segments",
                        json("{'name':'Active','filter':[{'all':[{'type':'state','state':'active'}]}]}"))
                .at("/segment/id")
                .asLong();
        change("{'exclude_subscriber_sources':[{'type':'segment','ids':[%d]}]}".formatted(segment));

        assertThat(server.delete("/ext/v1/segments/" + segment).status()).isEqualTo(204);

        assertThat(server.get("/ext/v1/account").at("/account/exclude_subscriber_sources"))
                .isEmpty();
        assertThat(server.sequence("{}").show().at("/exclude_subscriber_sources"))
                .isEmpty();
    }

    @Test
    void all_faults_are_told_at_once() {
        assertThat(change("{'name':' ','time_zone':'Mars/Base','send_hour':24,'email_template_id':null,"
                                + "'exclude_subscriber_sources':[{'type':'tag','ids':[9]}]}")
                        .errors())
                .containsExactly(
                        "name can't be blank",
                        "time_zone is not a valid IANA time zone",
                        "send_hour must be an integer between 0 and 23",
                        "email_template_id can't be null",
                        "exclude_subscriber_sources tag not found: 9");
        assertThat(change("{'name':'Tea\\nBcc: x@example.org'}").status()).isEqualTo(422);
    }

    @Test
    void a_blank_postal_address_is_none() {
        assertThat(change("{'postal_address':' \\n '}")
                        .at("/account/postal_address")
                        .isNull())
                .isTrue();
        assertThat(change("{'postal_address':'2 Tea Street'}")
                        .at("/account/postal_address")
                        .asText())
                .isEqualTo("2 Tea Street");
        assertThat(change("{'postal_address':null}")
                        .at("/account/postal_address")
                        .isNull())
                .isTrue();
    }
}
