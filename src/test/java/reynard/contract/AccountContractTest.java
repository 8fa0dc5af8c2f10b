package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.assertShape;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountContractTest {
    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void the_account_has_the_keys_of_Kits_and_no_others() {
        var answer = server.get("/v4/account");

        assertShape(answer, 200, """
                {'user':{'email':'text','id':'int'},
                 'account':{'id':'int','name':'text','plan_type':'text','primary_email_address':'text',
                   'created_at':'instant',
                   'timezone':{'name':'text','friendly_name':'text','utc_offset':'text'},
                   'sending_addresses':[{'email_address':'text','from_name':'text','status':'text',
                     'is_default':'bool','is_verified':'bool','is_dmarc_configured':'bool'}],
                   'plan':{'plan_type':'text','interval':'text','subscriber_limit':'int','on_trial':'bool',
                     'trial_lapse_date':'instant?','renews_at':'instant?','cancels_at':'instant?'}}}
                """);
        assertThat(answer.at("/account/sending_addresses")).hasSize(1);
        assertThat(answer.at("/account/timezone/utc_offset").asText()).isEqualTo("+00:00");
    }

    @Test
    void email_templates_are_listed_newest_first_with_one_default() {
        var answer = server.get("/v4/email_templates");

        assertShape(
                answer,
                200,
                "{'email_templates':[{'id':'int','name':'text','is_default':'bool'," + "'category':'text'}],"
                        + PAGINATION + "}");
        assertThat(answer.each("email_templates", "is_default")).containsExactly("true", "false");
        assertThat(answer.at("/email_templates/0/id").asLong())
                .isGreaterThan(answer.at("/email_templates/1/id").asLong());
    }
}
