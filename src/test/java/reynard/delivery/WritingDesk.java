package reynard.delivery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.event.Events;
import reynard.id.DeliveryId;
import reynard.id.EnrollmentId;
import reynard.id.SendingAddressId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.identity.DkimKeys;
import reynard.identity.ReturnPath;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplates;
import reynard.template.Format;
import reynard.template.Snippets;
import reynard.tracking.LinkRewriter;
import reynard.tracking.Targets;

/// Writes one email of a sequence to as many readers as wanted, from what a claim would have read of them. The same
/// reader gets the same bytes, whichever database the desk stands on.
public final class WritingDesk {
    private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String PUBLIC_URL = "https://mail.example.com";

    private final Account account;
    private final SendingAddress from;
    private final Letters letters;
    private final Letters.Draft draft;

    /// @param layout what the content is put into, by the file of a layout that accounts begin with
    public WritingDesk(Database database, String subject, String content, String layout) throws IOException {
        var ids = new IdBlocks(database);
        var events = new Events();
        var accounts = new Accounts(database, ids, () -> NOW);
        var founded = database.inTx(tx -> accounts.found(
                        tx, new Accounts.Founding("Tea", "author@example.com", "Etc/UTC", 9, Optional.empty())))
                .account();
        this.account = new Account(
                founded.id(),
                token('a', 0),
                "Tea",
                "Etc/UTC",
                9,
                Optional.of("1 Tea Street"),
                List.of(),
                true,
                true,
                true,
                NOW);
        this.from = new SendingAddress(new SendingAddressId(1), "author@example.com", "Tea", true, true);
        this.letters = new Letters(
                database,
                accounts,
                new Subscribers(database, ids, events, () -> NOW),
                new CustomFields(database, ids, events, () -> NOW),
                new Sequences(database, ids, events, () -> NOW),
                new EmailTemplates(database, ids, () -> NOW),
                new Snippets(database, ids, () -> NOW),
                new EmailRenderer(),
                new LinkRewriter(new Targets(database, ids), SECRET, () -> PUBLIC_URL),
                new Links(() -> PUBLIC_URL),
                new DkimKeys(database, ids, Vault.of(Base64.getEncoder().encodeToString(SECRET)), () -> NOW),
                new ReturnPath(SECRET, Optional.of("bounce.example.com"), false),
                (_, _, _) -> Optional.empty());
        this.draft = new Letters.Draft(
                Optional.empty(),
                new EmailRenderer.Source(
                        subject,
                        "",
                        content,
                        Files.readString(
                                Path.of("src/main/resources/templates/email").resolve(layout)),
                        Format.HTML),
                new Letters.MailingList("s1", "Bench", "sequence"),
                ZoneOffset.UTC,
                Optional.empty(),
                Optional.empty());
    }

    /// A letter that is still to be written.
    @FunctionalInterface
    public interface Order {
        Written write();
    }

    /// A letter that is written.
    public static final class Written {
        private final byte[] message;
        private final Delta.Source source;

        private Written(byte[] message, Delta.Source source) {
            this.message = message;
            this.source = source;
        }

        /// As it is handed to SMTP.
        public byte[] message() {
            return message;
        }

        /// What is kept of it while it is on its way.
        public byte[] kept() {
            return source.delta(message);
        }
    }

    /// The letter to the reader of this number.
    public Order order(int reader) {
        var claim = new Claim(
                account.id(),
                new DeliveryId(3_000_000_000L + reader),
                new Kind.SequenceMail(
                        new EnrollmentId(2_000_000_000L + reader),
                        1,
                        new SequenceId(1),
                        new SequenceEmailId(1),
                        new SubscriberId(1_000_000_000L + reader)),
                token('t', reader),
                token('m', reader),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        var address = "reader" + reader + "@example.org";
        var name = "Reader" + reader;
        var parts = new Letters.Parts(
                account,
                from,
                new Subscriber(
                        new SubscriberId(1_000_000_000L + reader),
                        address,
                        Optional.of(name),
                        SubscriberState.ACTIVE,
                        NOW,
                        Map.of(),
                        NOW,
                        NOW),
                Map.of(
                        "email_address",
                        address,
                        "first_name",
                        name,
                        "company",
                        "company" + reader,
                        "city",
                        "city" + reader,
                        "plan",
                        "plan" + reader),
                draft,
                Map.of(),
                List.of());
        return () -> {
            var letter = letters.letter(claim, parts, NOW);
            return new Written(letter.message(), letter.source().orElseThrow());
        };
    }

    private static String token(char of, int number) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("%c%015d".formatted(of, number).getBytes(StandardCharsets.US_ASCII));
    }
}
