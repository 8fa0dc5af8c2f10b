package reynard.ui.settings;

import java.util.List;
import reynard.ui.Frame;

/// The accounts that somebody works in.
public record PlacesPage(Frame frame, List<Place> places) {
    public PlacesPage {
        places = List.copyOf(places);
    }

    public record Place(long id, String name, String role, boolean here) {}
}
