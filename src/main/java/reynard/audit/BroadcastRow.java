package reynard.audit;

/// A broadcast as it is stored, with what the ledger has of it.
///
/// @param status empty: there is no such broadcast, only emails of it
/// @param through its audience was walked to the end
/// @param walkedTo the last subscriber whom the walk has come to
/// @param emails how many are in the ledger
/// @param untried those of them that nobody has tried yet
/// @param last the last subscriber with an email of it; 0 for none
record BroadcastRow(long id, String status, boolean through, long walkedTo, long emails, long untried, long last) {}
