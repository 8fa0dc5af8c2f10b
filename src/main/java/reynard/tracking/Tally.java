package reynard.tracking;

/// What was done with the copies of one email. Those `opened` and `clicked` are counted once each, `opens` and `clicks`
/// are how often it was done.
public record Tally(Figures people, Figures machines) {
    public static final Tally NONE = new Tally(Figures.NONE, Figures.NONE);

    public record Figures(long opened, long opens, long clicked, long clicks) {
        static final Figures NONE = new Figures(0, 0, 0, 0);

        private Figures plus(Figures other) {
            return new Figures(
                    opened + other.opened, opens + other.opens, clicked + other.clicked, clicks + other.clicks);
        }
    }

    Tally plus(Tally other) {
        return new Tally(people.plus(other.people), machines.plus(other.machines));
    }
}
