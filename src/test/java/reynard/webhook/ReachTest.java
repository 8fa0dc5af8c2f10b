package reynard.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReachTest {
    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.0.9",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:169.254.169.254",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "5f00::1"
            })
    void what_is_not_public_is_out_of_reach(String text) throws UnknownHostException {
        assertThat(Reach.PUBLIC.allows(address(text))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.0.1",
                "172.32.0.1",
                "192.169.0.1",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00:1450:4001::1",
                "64:ff9b::808:808",
                "::ffff:8.8.8.8"
            })
    void what_is_public_is_in_reach(String text) throws UnknownHostException {
        assertThat(Reach.PUBLIC.allows(address(text))).isTrue();
    }

    @Test
    void the_operators_networks_are_in_reach_and_nothing_beside_them() throws UnknownHostException {
        var reach = Reach.parse("10.1.0.0/20, 127.0.0.1,fd00:12::/33 ,");

        assertThat(reach.allows(address("10.1.15.255"))).isTrue();
        assertThat(reach.allows(address("10.1.16.0"))).isFalse();
        assertThat(reach.allows(address("127.0.0.1"))).isTrue();
        assertThat(reach.allows(address("127.0.0.2"))).isFalse();
        assertThat(reach.allows(address("fd00:12:0:7fff::1"))).isTrue();
        assertThat(reach.allows(address("fd00:12:0:8000:0::1"))).isTrue();
        assertThat(reach.allows(address("fd00:12:8000::1"))).isFalse();
        assertThat(reach.allows(address("8.8.8.8"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0/8", "::1/129", "localhost", "10.0.0.0/-1", "10.0.0.0/", "a.b.c.d/8"})
    void a_malformed_network_is_refused(String text) {
        assertThatThrownBy(() -> Reach.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.1/",
                "http://0x7f000001/",
                "http://2130706433/",
                "http://0177.0.0.1/",
                "http://[::ffff:169.254.169.254]/",
                "http://[64:ff9b::a9fe:a9fe]/",
                "http://100.64.0.1/",
                "http://localhost./",
                "http://LOCALHOST/",
                "http://a.localhost/",
                "http://a@10.0.0.1/",
                "http://a@example.com/",
                "http://169.254.169.254/latest/meta-data",
                "https://[fe80::1%25eth0]/",
                "https://[::1]/",
                "file:///etc/passwd",
                "gopher://example.com/",
                "ftp://example.com/",
                "//example.com/",
                "example.com",
                "http://",
                "http:///x",
                "https://example.com:22/",
                "https://example.com:25/",
                "https://example.com:70000/",
                "https://example.com/#a",
                "http://exa mple.com/",
                "http://0/",
                "http://[::]/",
                "http://127.0.0.1.:8080/"
            })
    void a_url_that_shows_that_it_is_not_public_is_refused(String url) {
        assertThat(TargetUrl.fault(url, Reach.PUBLIC)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.example.com/incoming",
                "http://example.com",
                "HTTPS://Example.com:8443/a?b=c%20d",
                "https://8.8.8.8/x",
                "https://[2606:4700::1111]:8080/",
                "https://xn--bcher-kva.example/"
            })
    void a_url_of_the_web_is_taken(String url) {
        assertThat(TargetUrl.fault(url, Reach.PUBLIC)).isEmpty();
    }
}
