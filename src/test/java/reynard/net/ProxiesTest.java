package reynard.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ProxiesTest {
    private static final Proxies PROXIES = Proxies.parse("127.0.0.1, 10.0.0.0/8,2001:db8:1::/48");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127.0.0.1         | 198.51.100.7                          | 198.51.100.7
            127.0.0.1         | 198.51.100.7:4711                     | 198.51.100.7
            127.0.0.1         | 203.0.113.9, 198.51.100.7             | 198.51.100.7
            127.0.0.1         | 203.0.113.9, 198.51.100.7, 10.1.2.3   | 198.51.100.7
            127.0.0.1         | 10.1.2.3, 10.9.9.9                    | 10.1.2.3
            127.0.0.1         | unknown                               | 127.0.0.1
            127.0.0.1         | 203.0.113.9, nonsense, 10.1.2.3       | 10.1.2.3
            127.0.0.1         | 203.0.113.9,                          | 203.0.113.9
            127.0.0.1         | [2001:db8:2::7]:443                   | 2001:db8:2:0:0:0:0:7
            [2001:db8:1:0::9] | 2001:db8:2::7                         | 2001:db8:2:0:0:0:0:7
            198.51.100.7      | 203.0.113.9                           | 198.51.100.7
            [0:0:0:0:0:0:0:1] | 203.0.113.9                           | 0:0:0:0:0:0:0:1
            """)
    void who_asks_is_the_last_one_whom_no_trusted_proxy_speaks_for(String peer, String header, String client) {
        assertThat(PROXIES.client(peer, List.of(header))).isEqualTo(client);
    }

    @Test
    void several_headers_are_one_list() {
        assertThat(PROXIES.client("127.0.0.1", List.of("203.0.113.9", "198.51.100.7, 10.0.0.1")))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void without_proxies_nobody_is_believed() {
        assertThat(Proxies.NONE.client("127.0.0.1", List.of("203.0.113.9"))).isEqualTo("127.0.0.1");
        assertThat(PROXIES.client("127.0.0.1", List.of())).isEqualTo("127.0.0.1");
    }

    @Test
    void what_is_no_network_is_refused() {
        assertThatThrownBy(() -> Proxies.parse("proxy.example")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Proxies.parse("10.0.0.0/33")).isInstanceOf(IllegalArgumentException.class);
    }
}
