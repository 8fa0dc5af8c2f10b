package reynard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class VaultTest {
    private static final String OLD = key(1);
    private static final String NEW = key(2);

    private static String key(int fill) {
        var bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) fill);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void a_secret_opens_for_its_own_purpose_only() {
        var vault = Vault.of(OLD);
        var sealed = vault.seal("whsec_äöü", "webhook 1 2");

        assertThat(sealed).doesNotContain("whsec");
        assertThat(vault.open(sealed, "webhook 1 2")).hasValue("whsec_äöü");
        assertThat(vault.open(sealed, "webhook 1 3")).isEmpty();
        assertThat(vault.seal("whsec_äöü", "webhook 1 2")).isNotEqualTo(sealed);
    }

    @Test
    void a_changed_text_does_not_open() {
        var vault = Vault.of(OLD);
        var sealed = vault.seal("secret", "x");
        int start = sealed.lastIndexOf('.') + 1;
        // The last characters of base64 hold bits that mean nothing, so bytes are changed.
        var bytes = Base64.getDecoder().decode(sealed.substring(start));
        for (int i = 0; i < bytes.length; i++) {
            var other = bytes.clone();
            other[i] ^= 1;
            var text = sealed.substring(0, start) + Base64.getEncoder().encodeToString(other);
            assertThat(vault.open(text, "x")).isEmpty();
        }
        assertThat(vault.open(sealed.substring(0, start) + "AAAA", "x")).isEmpty();
        assertThat(vault.open(sealed.substring(0, start) + "no base64", "x")).isEmpty();
        assertThat(vault.open("secret", "x")).isEmpty();
    }

    @Test
    void a_new_key_seals_while_the_old_one_still_opens() {
        var sealed = Vault.of(OLD).seal("secret", "x");
        var both = Vault.of(NEW + "," + OLD);

        assertThat(both.open(sealed, "x")).hasValue("secret");
        assertThat(Vault.of(NEW).open(sealed, "x")).isEmpty();
        assertThat(Vault.of(NEW).open(both.seal("secret", "x"), "x")).hasValue("secret");
    }

    @Test
    void without_a_key_one_is_made_and_kept_for_its_owner_alone(@TempDir Path folder) throws IOException {
        var sealed = Vault.in(folder.resolve("data")).seal("secret", "x");

        assertThat(Vault.in(folder.resolve("data")).open(sealed, "x")).hasValue("secret");
        var file = folder.resolve("data/secret.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder.resolve("data"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "aHVudGVyMg==", "", "!!!"})
    void a_malformed_key_is_refused_and_not_repeated(String key) {
        assertThatThrownBy(() -> Vault.of(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("must be 32 bytes in base64");
    }
}
