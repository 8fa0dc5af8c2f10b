package reynard.account;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Seals the secrets that have to be kept in a form they can be had from again, so that a copy of the database is not
/// enough to read them: AES-256-GCM, with a key that is not in the database.
public final class Vault {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String VERSION = "v1";
    private static final String FILE = "secret.key";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Supplier<List<Key>> keys;

    private Vault(Supplier<List<Key>> keys) {
        this.keys = keys;
    }

    /// Something was sealed with another key than those that this server has.
    public static final class Unopenable extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Unopenable(String what) {
            super(what + " was sealed with another secret key than this server's "
                    + "(--secret-key, REYNARD_SECRET_KEY; or secret.key in the data directory)");
        }
    }

    /// @param id tells keys apart, and nothing of the key
    private record Key(String id, SecretKeySpec spec) {
        static Key of(byte[] bytes) {
            var hash = Secrets.sha256(Base64.getEncoder().encodeToString(bytes));
            return new Key(HexFormat.of().formatHex(Arrays.copyOf(hash, 4)), new SecretKeySpec(bytes, "AES"));
        }
    }

    /// @param text one key or several, separated by commas, each 32 bytes in base64; the first seals, all open
    /// @throws IllegalArgumentException when it is not that; the message does not repeat it
    public static Vault of(String text) {
        var keys = Stream.of(text.split(",")).map(String::strip).map(Vault::key).toList();
        return new Vault(() -> keys);
    }

    /// With the key in a file of this folder, which is made when something is sealed or opened for the first time.
    public static Vault in(Path folder) {
        return new Vault(new Supplier<>() {
            private List<Key> keys = List.of();

            @Override
            public synchronized List<Key> get() {
                if (keys.isEmpty()) {
                    keys = List.of(key(fileIn(folder)));
                }
                return keys;
            }
        });
    }

    private static Key key(String text) {
        try {
            var bytes = Base64.getDecoder().decode(text);
            if (bytes.length == KEY_BYTES) {
                return Key.of(bytes);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("must be 32 bytes in base64", e);
        }
        throw new IllegalArgumentException("must be 32 bytes in base64");
    }

    private static String fileIn(Path folder) {
        var file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                create(folder, file);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the key file " + file + " cannot be read or made", e);
        }
    }

    /// Whole or not at all: another process of this folder may be doing the same.
    private static void create(Path folder, Path file) throws IOException {
        Files.createDirectories(folder);
        var key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        var ownersOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var draft = Files.createTempFile(folder, FILE, ".new", ownersOnly);
        try {
            Files.writeString(draft, Base64.getEncoder().encodeToString(key) + "\n");
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            // The other one's is as good.
        } finally {
            Files.delete(draft);
        }
    }

    /// @param purpose what the secret belongs to; it opens for nothing else
    public String seal(String secret, String purpose) {
        var key = keys.get().getFirst();
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            var sealed =
                    cipher(Cipher.ENCRYPT_MODE, key, nonce, purpose).doFinal(secret.getBytes(StandardCharsets.UTF_8));
            var bytes = ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return VERSION + "." + key.id() + "." + Base64.getEncoder().encodeToString(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /// @return empty when it was sealed with a key that is not here, or for another purpose
    public Optional<String> open(String sealed, String purpose) {
        var parts = sealed.split("\\.");
        if (parts.length != 3 || !parts[0].equals(VERSION)) {
            return Optional.empty();
        }
        return keys.get().stream()
                .filter(key -> key.id().equals(parts[1]))
                .findFirst()
                .flatMap(key -> opened(key, parts[2], purpose));
    }

    private static Optional<String> opened(Key key, String text, String purpose) {
        try {
            var bytes = Base64.getDecoder().decode(text);
            var cipher = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(bytes, NONCE_BYTES), purpose);
            var secret = cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
            return Optional.of(new String(secret, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Changed, or never sealed: not even base64, or too short.
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, String purpose) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.spec(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
