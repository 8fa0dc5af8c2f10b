package reynard.post;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
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
class PostPagesTest {
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

    /// @return where it is to be read, without the host; `null` when it is not
    private String post(String subject, String content, String more) {
        var answer = server.post(
                "/v4/broadcasts",
                TestServer.text(Map.of("subject", subject, "content", content))
                        .replaceFirst("}$", json(",'public':true" + more + "}")));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        return path(answer.at("/broadcast/public_url").asText());
    }

    private static String path(String url) {
        return url.replace("https://mail.example.com", "");
    }

    private Answer read(String path, String... headers) {
        return server.send("GET", path, (byte[]) null, headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]));
    }

    private static String list(String post) {
        return post.substring(0, post.lastIndexOf('/'));
    }

    @Test
    void a_post_has_its_snippets_and_the_accounts_dates_in_it() {
        server.post(
                "/v4/snippets",
                json("{'name':'Bye','snippet_type':'block',"
                        + "'document_attributes':{'value_html':'<b>Bye {{ snippet.who }}</b>'}}"));
        server.post("/v4/snippets", json("{'name':'Who','snippet_type':'inline','content':'you & me'}"));
        server.put("/ext/v1/account", json("{'time_zone':'Pacific/Kiritimati'}"));

        var answer = read(post(
                "For {{ snippet.who }}",
                "<p>{{ snippet.bye }} at {{ 'now' | date: '%H' }}</p>",
                ",'published_at':'2026-01-02'"));

        var page = Jsoup.parse(answer.raw().body());
        assertThat(page.select("h1").text()).isEqualTo("For you & me");
        assertThat(page.select("article div").html()).contains("<b>Bye you &amp; me</b> at 02");
    }

    @Test
    void a_post_is_read_without_a_credential_and_without_anybodys_values() {
        var path = post(
                "Tea for {{ subscriber.first_name | default: 'you' }}",
                "<p>Dear {{ subscriber.first_name | default: 'reader' }}, {{ subscriber.email_address }}</p>",
                ",'published_at':'2026-01-02','description':'About <tea>'");

        var answer = read(path);

        assertThat(answer.status()).isEqualTo(200);
        var page = Jsoup.parse(answer.raw().body());
        assertThat(path).endsWith("/tea-for-you");
        assertThat(page.title()).isEqualTo("Tea for you");
        assertThat(page.select("h1").text()).isEqualTo("Tea for you");
        assertThat(page.select("article div").text()).isEqualTo("Dear reader,");
        assertThat(page.select("time").attr("datetime")).isEqualTo("2026-01-02T00:00:00Z");
        assertThat(page.select("time").text()).isEqualTo("January 2, 2026");
        assertThat(page.select("meta[name=description]").attr("content")).isEqualTo("About <tea>");
        assertThat(page.select("link[type=application/atom+xml]").attr("href")).endsWith("/feed.xml");
        assertThat(page.html()).contains("Stranger");
        assertThat(page.select("[name=robots]")).isEmpty();
    }

    @Test
    void what_could_do_harm_is_left_out_and_would_not_run() {
        var path = post(
                "<script>alert(1)</script>",
                "<p onclick=\"x()\">Hi<script>alert(2)</script></p><a href=\"javascript:alert(3)\">go</a>"
                        + "<img src=\"https://example.com/cup.png\" onerror=\"x()\"><iframe src=\"https://e.com\"></iframe>"
                        + "<form action=\"https://evil.example\"><input name=\"p\"></form>"
                        + "<style>body{display:none}</style><meta http-equiv=\"refresh\" content=\"0;url=//e.com\">",
                ",'published_at':'2026-01-02','thumbnail_url':'javascript:alert(4)'");

        var answer = read(path);

        var page = Jsoup.parse(answer.raw().body());
        assertThat(page.select("script, iframe, form, input, style, [onclick], [onerror], [href^=javascript]"))
                .isEmpty();
        assertThat(page.select("meta[http-equiv]")).isEmpty();
        assertThat(page.select("h1").text()).isEqualTo("<script>alert(1)</script>");
        assertThat(page.select("img").eachAttr("src")).containsExactly("https://example.com/cup.png");
        assertThat(answer.raw().headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "form-action 'none'")
                .doesNotContain("script-src");
    }

    @Test
    void the_list_shows_what_has_appeared_the_last_first_page_by_page() {
        var one = post("One", "<p>1</p>", ",'published_at':'2026-01-01'");
        for (int day = 1; day <= 20; day++) {
            post("Day " + day, "<p>d</p>", ",'published_at':'2025-11-%02d'".formatted(day));
        }
        post("Future", "<p>2</p>", ",'published_at':'2031-01-01'");
        server.post("/v4/broadcasts", json("{'subject':'Private','content':'3'}"));

        var first = Jsoup.parse(read(list(one)).raw().body());
        assertThat(first.select("h2").eachText()).hasSize(20).startsWith("One", "Day 20", "Day 19");
        var older = path(first.select("a:containsOwn(Older posts)").attr("href"));
        var second = Jsoup.parse(read(older).raw().body());
        assertThat(second.select("h2").eachText()).containsExactly("Day 1");
        assertThat(second.select("a:containsOwn(Older posts)")).isEmpty();
        assertThat(path(second.select("h2 a").attr("href"))).isEqualTo(list(one) + "/day-1");
    }

    @Test
    void the_feed_is_well_formed_whatever_an_author_writes() throws Exception {
        var path = post("A & B <i>", "<p>Tea & cake ]]> \u0002 \uD83C\uDF75</p>", ",'published_at':'2026-01-02'");

        var answer = read(list(path) + "/feed.xml");

        assertThat(answer.raw().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/atom+xml");
        var factory = DocumentBuilderFactory.newDefaultNSInstance();
        var feed = factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(answer.raw().body().getBytes(StandardCharsets.UTF_8)));
        var atom = "http://www.w3.org/2005/Atom";
        assertThat(feed.getElementsByTagNameNS(atom, "entry").getLength()).isEqualTo(1);
        assertThat(feed.getElementsByTagNameNS(atom, "title").item(1).getTextContent())
                .startsWith("A & B <i>");
        assertThat(feed.getElementsByTagNameNS(atom, "content").item(0).getTextContent())
                .contains("<p>Tea &amp; cake", "\uD83C\uDF75");
        assertThat(feed.getElementsByTagNameNS(atom, "updated").item(0).getTextContent())
                .isEqualTo("2026-01-02T00:00:00Z");
    }

    @Test
    void the_feed_is_RSS_too() throws Exception {
        var path = post("A & B <i>", "<p>Tea & cake ]]> \u0002</p>", ",'published_at':'2026-01-02'");

        var answer = read(list(path) + "/rss.xml");

        assertThat(answer.raw().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/rss+xml");
        var item = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(answer.raw().body().getBytes(StandardCharsets.UTF_8)))
                .getElementsByTagName("item")
                .item(0)
                .getTextContent();
        assertThat(item)
                .startsWith("A & B <i>https://mail.example.com" + path)
                .contains("Fri, 2 Jan 2026 00:00:00 GMT", "<p>Tea &amp; cake");
        assertThat(read(path).raw().body()).contains("/rss.xml");
    }

    @Test
    void a_post_appears_at_its_time_and_is_gone_when_it_is_taken_back() {
        var now = server.now();
        assertThat(post("Later", "<p>x</p>", ",'published_at':'" + now.plus(ofDays(1)) + "'"))
                .isEqualTo("null");
        server.advance(ofDays(2));
        var broadcast = server.get("/v4/broadcasts").at("/broadcasts/0");
        var path = path(broadcast.get("public_url").asText());
        assertThat(read(path).status()).isEqualTo(200);

        server.put("/v4/broadcasts/" + broadcast.get("id"), json("{'public':false}"));

        assertThat(read(path).status()).isEqualTo(404);
        assertThat(read(list(path)).raw().body()).contains("There is nothing here yet.");
        server.put("/v4/broadcasts/" + broadcast.get("id"), json("{'public':true,'subject':'Renamed'}"));
        assertThat(read(path).status()).isEqualTo(200);
    }

    @Test
    void two_posts_of_one_name_have_two_addresses() {
        var first = post("Tea!", "<p>1</p>", ",'published_at':'2026-01-01'");
        var second = post("tea", "<p>2</p>", ",'published_at':'2026-01-01'");
        var third = post("\uD83C\uDF75", "<p>3</p>", ",'published_at':'2026-01-01'");
        assertThat(List.of(first, second, third))
                .containsExactly(list(first) + "/tea", list(first) + "/tea-2", list(first) + "/post");
    }

    @Test
    void what_is_not_there_is_said_in_the_visitors_language() {
        var list = list(post("One", "<p>1</p>", ",'published_at':'2026-01-01'"));
        for (var path : List.of("/p/nobody", "/p/nobody/x", "/p/nobody/feed.xml", "/p/nobody/rss.xml", list + "/two")) {
            assertThat(read(path).status()).as(path).isEqualTo(404);
        }
        assertThat(read(list + "/two", "Accept-Language", "de").raw().body())
                .contains("lang=\"de\"", "Diese Seite gibt es hier nicht");
        assertThat(read(list + "?after=nonsense").status()).isEqualTo(422);
    }
}
