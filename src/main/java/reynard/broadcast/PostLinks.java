package reynard.broadcast;

import java.util.Optional;
import java.util.function.Supplier;
import reynard.account.Account;

/// Where the posts of an account are to be read.
///
/// @param publicUrl what strangers reach this server by
public record PostLinks(Supplier<String> publicUrl) {
    /// Empty as long as it is not to be seen.
    public Optional<String> of(Account account, Post post) {
        return post.appearedAt().isEmpty() ? Optional.empty() : post.slug().map(slug -> all(account) + "/" + slug);
    }

    /// The list of them.
    public String all(Account account) {
        return publicUrl.get() + "/p/" + account.token();
    }
}
