package reynard.identity;

import java.time.Instant;
import java.util.Optional;
import reynard.id.DkimKeyId;
import reynard.mail.dkim.DkimAlgorithm;
import reynard.mail.dkim.DkimKey;

/// What may be shown of a DKIM key: everything but its secret.
///
/// @param publicKey the value of `p=` in its DNS record
/// @param signingSince present for those that sign; one per domain and algorithm
public record SigningKey(
        DkimKeyId id,
        String domain,
        String selector,
        DkimAlgorithm algorithm,
        String publicKey,
        Instant createdAt,
        Optional<Instant> signingSince) {
    /// Its DNS record as a line of a zone file.
    public String zoneLine() {
        return DkimKey.zoneLine(recordName(), recordText());
    }

    public String recordName() {
        return DkimKey.recordName(domain, selector);
    }

    public String recordText() {
        return DkimKey.recordText(algorithm, publicKey);
    }
}
