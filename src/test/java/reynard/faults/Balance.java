package reynard.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import reynard.testing.ArrivalLog;
import reynard.testing.ArrivalLog.Entry;

/// What the ledger says and what the relay has on disk, held against each other.
///
/// @param due how many deliveries there are to send
/// @param arrived how many of them the relay has, at least once
/// @param held how many are held for a person because nobody knows
/// @param lost settled as sent and not at the relay, at no end, or held for another reason
/// @param duplicates how many copies the relay has beyond the first of each
/// @param worst how many of the emails that first arrived in one era have come again
/// @param uncertain how many were named uncertain at some time
/// @param unnamed came twice and never were named
/// @param unfounded named uncertain, though the relay neither has them twice nor asked for them and never answered
/// @param repeatedHeld came twice although their sequence holds what is uncertain
/// @param differing came twice with other bytes
/// @param disordered readers who got a later email before an earlier one
record Balance(
        long due,
        long arrived,
        long held,
        List<Long> lost,
        int duplicates,
        int worst,
        int uncertain,
        List<Long> unnamed,
        List<Long> unfounded,
        List<Long> repeatedHeld,
        List<Long> differing,
        Set<String> disordered) {

    private record Row(long id, long position, String state, boolean uncertain, boolean holds) {}

    /// Call it when everything has come to its end.
    static Balance of(Rows rows, ArrivalLog log) {
        var byMessage = new HashMap<String, Row>();
        for (var row : rows.read("select d.message_id, d.id, e.position, d.state, d.uncertain_at is not null,"
                + " q.on_uncertain = 'hold' from delivery d join sequence_email e on e.account_id = d.account_id"
                + " and e.id = d.sequence_email_id join sequence q on q.account_id = d.account_id"
                + " and q.id = d.sequence_id where d.state <> 'skipped'")) {
            byMessage.put(
                    row.get(0),
                    new Row(
                            Long.parseLong(row.get(1)),
                            Long.parseLong(row.get(2)),
                            row.get(3),
                            row.get(4).equals("t"),
                            row.get(5).equals("t")));
        }
        return new Reading(byMessage).read(log.entries());
    }

    private static final class Reading {
        private final Map<String, Row> byMessage;
        private final Map<Row, List<String>> copies = new HashMap<>();
        private final Map<Row, Integer> firstEra = new HashMap<>();
        private final Map<Integer, Set<Row>> repeatedOfEra = new HashMap<>();
        private final Map<String, Long> reached = new HashMap<>();
        private final Set<Row> broke = new HashSet<>();
        private final Set<String> disordered = new LinkedHashSet<>();
        private int era;

        Reading(Map<String, Row> byMessage) {
            this.byMessage = byMessage;
        }

        Balance read(List<Entry> entries) {
            for (var entry : entries) {
                switch (entry) {
                    case Entry.Era(int number) -> era = number;
                    case Entry.Broke(var id) -> {
                        var row = byMessage.get(id);
                        if (row != null) {
                            broke.add(row);
                        }
                    }
                    case Entry.Arrived arrived -> arrived(arrived);
                }
            }
            var all = byMessage.values();
            return new Balance(
                    all.size(),
                    copies.size(),
                    all.stream().filter(row -> row.state().equals("held")).count(),
                    ids(all.stream()
                            .filter(row -> !(row.state().equals("held") && row.uncertain()))
                            .filter(row -> !row.state().equals("sent") || !copies.containsKey(row))
                            .toList()),
                    copies.values().stream().mapToInt(found -> found.size() - 1).sum(),
                    repeatedOfEra.values().stream().mapToInt(Set::size).max().orElse(0),
                    Math.toIntExact(all.stream().filter(Row::uncertain).count()),
                    ids(repeated().stream().filter(row -> !row.uncertain()).toList()),
                    ids(all.stream()
                            .filter(Row::uncertain)
                            .filter(row -> copiesOf(row) < 2 && !broke.contains(row) && !row.holds())
                            .toList()),
                    ids(repeated().stream().filter(Row::holds).toList()),
                    ids(repeated().stream()
                            .filter(row -> new HashSet<>(copies.getOrDefault(row, List.of())).size() > 1)
                            .toList()),
                    disordered);
        }

        private void arrived(Entry.Arrived arrived) {
            var row = byMessage.get(token(arrived.id()));
            if (row == null) {
                throw new IllegalStateException("an email that no delivery knows: " + arrived);
            }
            var digests = copies.computeIfAbsent(row, _ -> new ArrayList<>());
            digests.add(arrived.digest());
            if (digests.size() > 1) {
                repeatedOfEra
                        .computeIfAbsent(firstEra.getOrDefault(row, 0), _ -> new HashSet<>())
                        .add(row);
                return;
            }
            firstEra.put(row, era);
            var last = reached.put(arrived.recipient(), row.position());
            if (last != null && last >= row.position()) {
                disordered.add(arrived.recipient());
            }
        }

        private List<Row> repeated() {
            return copies.keySet().stream().filter(row -> copiesOf(row) > 1).toList();
        }

        private int copiesOf(Row row) {
            return copies.getOrDefault(row, List.of()).size();
        }

        private static String token(String messageId) {
            return messageId.substring(0, messageId.indexOf('.'));
        }

        private static List<Long> ids(List<Row> rows) {
            return List.copyOf(new TreeSet<>(rows.stream().map(Row::id).toList()));
        }
    }

    /// Everything that must be nothing, is.
    boolean isEven() {
        return faults().isEmpty();
    }

    List<String> faults() {
        var faults = new ArrayList<String>();
        fault(faults, "lost", lost);
        fault(faults, "came twice and were not named uncertain", unnamed);
        fault(faults, "were named uncertain without a reason", unfounded);
        fault(faults, "came twice though they were to be held", repeatedHeld);
        fault(faults, "came twice with other bytes", differing);
        fault(faults, "got emails in the wrong order", disordered);
        return faults;
    }

    private static void fault(List<String> faults, String what, java.util.Collection<?> which) {
        if (!which.isEmpty()) {
            faults.add(
                    which.size() + " " + what + ": " + which.stream().limit(20).toList());
        }
    }

    /// In a sentence.
    @Override
    public String toString() {
        return "due %d, arrived %d, held %d, lost %d, duplicates %d (at most %d of one kill), uncertain %d, unnamed %d, unfounded %d"
                .formatted(
                        due,
                        arrived,
                        held,
                        lost.size(),
                        duplicates,
                        worst,
                        uncertain,
                        unnamed.size(),
                        unfounded.size());
    }
}
