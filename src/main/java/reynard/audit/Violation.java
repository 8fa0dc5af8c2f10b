package reynard.audit;

import reynard.id.AccountId;

/// A row that the rules cannot have led to.
///
/// @param id of the row in its table; with a key of several columns the one that tells most
/// @param sentence what is wrong, about the row: "waits for …"
public record Violation(AccountId account, String table, long id, String sentence) {
    @Override
    public String toString() {
        return "account " + account.value() + ", " + table + " " + id + " " + sentence;
    }
}
