package reynard.signup;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.FormId;

/// What the forms of an account show and do, and where they may lead on to.
public final class FormPages {
    private final FormPageStore store = new FormPageStore();

    /// A form that nobody has set up has [FormPage#PLAIN].
    public FormPage find(Tx tx, AccountId account, FormId form) {
        return store.find(tx, account, form).orElse(FormPage.PLAIN);
    }

    public void save(Tx tx, AccountId account, FormId form, FormPage page) {
        store.put(tx, account, form, page);
    }

    public List<String> redirectHosts(Tx tx, AccountId account) {
        return store.redirectHosts(tx, account);
    }

    /// @param hosts in lower case
    public void changeRedirectHosts(Tx tx, AccountId account, Collection<String> hosts) {
        store.replaceRedirectHosts(tx, account, hosts);
    }

    /// Where visitors of the form are led on to, if its host is still one that the account has named.
    Optional<URI> redirect(Tx tx, AccountId account, FormPage page) {
        return page.redirectUrl()
                .flatMap(FormPages::target)
                .filter(target -> store.redirectHosts(tx, account).contains(host(target)));
    }

    /// An address on the web, without a user in it that would hide its host.
    static Optional<URI> target(String url) {
        try {
            var target = new URI(url);
            boolean web = "https".equalsIgnoreCase(target.getScheme()) || "http".equalsIgnoreCase(target.getScheme());
            return web && target.getHost() != null && target.getRawUserInfo() == null
                    ? Optional.of(target)
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    static String host(URI target) {
        return target.getHost().toLowerCase(Locale.ROOT);
    }
}
