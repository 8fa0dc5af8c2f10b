package reynard.proof;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import reynard.mail.EmailAddress;

/// Which addresses and names may stand in From.
final class SenderRules {
    /// Mail from these domains comes from their owners' servers; from anywhere else it is refused or looks forged
    /// (Google: Email sender guidelines).
    private static final Set<String> PROVIDERS = Set.of(
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "passport.com",
            "icloud.com",
            "me.com",
            "mac.com",
            "aol.com",
            "aim.com",
            "ymail.com",
            "rocketmail.com",
            "gmx.de",
            "gmx.net",
            "gmx.com",
            "gmx.at",
            "gmx.ch",
            "web.de",
            "freenet.de",
            "t-online.de",
            "mail.com",
            "mail.ru",
            "bk.ru",
            "inbox.ru",
            "list.ru",
            "yandex.ru",
            "yandex.com",
            "ya.ru",
            "proton.me",
            "protonmail.com",
            "pm.me",
            "zoho.com",
            "fastmail.com",
            "hey.com",
            "tutanota.com",
            "tuta.io",
            "orange.fr",
            "wanadoo.fr",
            "free.fr",
            "laposte.net",
            "sfr.fr",
            "libero.it",
            "virgilio.it",
            "tiscali.it",
            "qq.com",
            "163.com",
            "126.com",
            "sina.com",
            "naver.com",
            "daum.net",
            "hanmail.net",
            "comcast.net",
            "verizon.net",
            "att.net",
            "sbcglobal.net",
            "bellsouth.net",
            "cox.net",
            "charter.net",
            "btinternet.com",
            "seznam.cz",
            "wp.pl",
            "o2.pl",
            "onet.pl",
            "interia.pl",
            "uol.com.br",
            "bol.com.br",
            "terra.com.br",
            "rediffmail.com",
            "mailinator.com",
            "duck.com");
    /// Those that providers have in many countries.
    private static final List<String> FAMILIES = List.of("yahoo", "hotmail", "live", "outlook", "gmx");

    private static final Pattern ADDRESS_LIKE = Pattern.compile("[^\\s@]+@[^\\s@]+\\.[^\\s@]+");

    private SenderRules() {}

    /// What speaks against an address in From; the author can say that they know better.
    static Optional<String> provider(EmailAddress address) {
        var domain = address.asciiDomain().toLowerCase(Locale.ROOT);
        boolean family = FAMILIES.stream().anyMatch(name -> domain.matches(Pattern.quote(name) + "\\.[a-z.]{2,6}"));
        return family || PROVIDERS.contains(domain)
                ? Optional.of(
                        "email_address is at " + domain + ", a mail provider whose domain only its own servers may"
                                + " send from; use a domain of yours, or send allow_provider_domain: true")
                : Optional.empty();
    }

    /// A name that is an address hides the real one.
    static Optional<String> name(String name) {
        return ADDRESS_LIKE.matcher(name).find()
                ? Optional.of("from_name must not contain an email address")
                : Optional.empty();
    }
}
