package reynard.bench;

import java.util.List;
import java.util.Random;
import reynard.model.Histories;

/// Random histories of a sequence, lived through by a server and a simple model of it at once:
/// `bin/bench model [--seeds N] [--from SEED]`. Fifty share a server; ends at the first in which the two differ.
public final class Model {
    private static final int BATCH = 50;

    private Model() {}

    public static void main(String[] arguments) {
        var options = List.of(arguments);
        long histories = option(options, "--seeds", 1_000);
        long from = option(options, "--from", new Random().nextInt(1_000_000_000));
        System.out.println(histories + " histories from seed " + from);
        long done = 0;
        for (long seed = from; done < histories; seed++) {
            var difference = Histories.differ(seed, BATCH);
            if (difference.isPresent()) {
                System.out.println(difference.get());
                System.exit(1);
            }
            done += BATCH;
            System.out.println(done + " histories, up to seed " + seed + ": no difference");
        }
        System.exit(0);
    }

    private static long option(List<String> options, String name, long otherwise) {
        int at = options.indexOf(name);
        return at < 0 ? otherwise : Long.parseLong(options.get(at + 1));
    }
}
