package reynard.proof;

/// What the pages about a sending address show.
///
/// @param account the name of the account
public record SenderPage(String account, String emailAddress) {
    static SenderPage of(SenderProofs.Asked asked) {
        return new SenderPage(asked.account().name(), asked.address().emailAddress());
    }
}
