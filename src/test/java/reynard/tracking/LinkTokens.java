package reynard.tracking;

import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.LinkId;

/// Makes tokens as emails carry them, for who has no email to read them from.
public final class LinkTokens {
    private final LinkSeal seal;
    private final AccountId account;

    public LinkTokens(byte[] secret, long account) {
        this.seal = new LinkSeal(secret);
        this.account = new AccountId(account);
    }

    public String open(long delivery) {
        return seal.open(account, new DeliveryId(delivery));
    }

    public String link(long delivery, long link) {
        return seal.link(account, new DeliveryId(delivery), new LinkId(link));
    }
}
