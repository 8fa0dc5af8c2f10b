package reynard.mail.dkim;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.james.jdkim.DKIMCommon;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.Result;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.impl.Message;
import org.apache.james.jdkim.tagvalue.SignatureRecordImpl;
import org.apache.james.mime4j.MimeException;

/// Checks signatures with Apache James jDKIM, which shares no code with ours.
///
/// jDKIM knows RSA only. For Ed25519 it says what is signed, by its own reading and canonicalization, and the JDK
/// checks
/// the signature of that.
public final class Verification extends DKIMCommon {
    /// RFC 8410's wrapping of a bare Ed25519 key.
    private static final byte[] ED25519_X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private Verification() {}

    /// The `a=` of each signature that holds.
    ///
    /// @param records what DNS says, by name
    public static List<String> valid(byte[] message, Map<String, String> records) {
        var valid = new ArrayList<String>();
        for (var field : signatures(message)) {
            var record = new SignatureRecordImpl(field);
            var name = record.getSelector() + "._domainkey." + record.getDToken();
            var key = Optional.ofNullable(records.get(name)).orElse("");
            if (field.contains("a=ed25519-sha256")) {
                if (holdsEd25519(message, field, key)) {
                    valid.add("ed25519-sha256");
                }
            } else if (holds(message, field, key)) {
                valid.add("rsa-sha256");
            }
        }
        return valid;
    }

    /// The names in `h=` of the first signature.
    public static List<String> signedNames(byte[] message) {
        return new SignatureRecordImpl(signatures(message).getFirst())
                .getHeaders().stream().map(CharSequence::toString).toList();
    }

    private static List<String> signatures(byte[] message) {
        return read(message).getFields("DKIM-Signature").stream()
                .map(field -> field.substring(field.indexOf(':') + 1))
                .toList();
    }

    private static Message read(byte[] message) {
        try {
            return new Message(new ByteArrayInputStream(message));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MimeException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static boolean holds(byte[] message, String field, String key) {
        var verifier = new DKIMVerifier((_, _, _) -> List.of(key));
        try {
            verifier.verify(new ByteArrayInputStream(only(message, field)));
            return verifier.getResults().stream().allMatch(Result::isSuccess);
        } catch (FailException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The message with this one signature.
    private static byte[] only(byte[] message, String field) {
        var text = new String(message, StandardCharsets.ISO_8859_1);
        for (var other : signatures(message)) {
            if (!other.equals(field)) {
                text = text.replace("DKIM-Signature:" + other + "\r\n", "");
            }
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean holdsEd25519(byte[] message, String field, String key) {
        var record = new SignatureRecordImpl(field);
        var read = read(only(message, field));
        try {
            var captured = new Capture();
            // jDKIM reads "rsa" and builds the same octets: the algorithm's name is in the field, not in the rules.
            signatureCheck(read, record, record.getHeaders(), captured);
            var publicKey = KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(
                            concat(ED25519_X509, Base64.getDecoder().decode(key.replaceAll(".*p=", "")))));
            var signature = Signature.getInstance("Ed25519");
            signature.initVerify(publicKey);
            signature.update(MessageDigest.getInstance("SHA-256").digest(captured.data.toByteArray()));
            return signature.verify(record.getSignature())
                    && MessageDigest.isEqual(
                            MessageDigest.getInstance("SHA-256").digest(relaxedBody(read)), record.getBodyHash());
        } catch (GeneralSecurityException | FailException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] relaxedBody(Message message) throws IOException {
        var canonical = new ByteArrayOutputStream();
        try (var relaxing = new org.apache.james.jdkim.canon.RelaxedBodyCanonicalizer(canonical)) {
            streamCopy(message.getBodyInputStream(), relaxing);
        }
        return canonical.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        var both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    /// Keeps what it is to check.
    private static final class Capture extends Signature {
        private final ByteArrayOutputStream data = new ByteArrayOutputStream();

        Capture() throws GeneralSecurityException {
            super("capture");
            initVerify(new NoKey());
        }

        @Override
        protected void engineInitVerify(PublicKey publicKey) {}

        @Override
        protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
            throw new InvalidKeyException("nothing is signed here");
        }

        @Override
        protected void engineUpdate(byte b) {
            data.write(b);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {
            data.write(bytes, offset, length);
        }

        @Override
        protected byte[] engineSign() {
            return new byte[0];
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            return true;
        }

        @Deprecated
        @Override
        protected void engineSetParameter(String name, Object value) {}

        @Deprecated
        @Override
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException(name);
        }
    }

    private record NoKey() implements PublicKey {
        @Override
        public String getAlgorithm() {
            return "none";
        }

        @Override
        public String getFormat() {
            return "none";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }
    }
}
