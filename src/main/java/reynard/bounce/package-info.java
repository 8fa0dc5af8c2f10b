/// What comes back: bounces and complaints, taken in by mail and from providers, matched with the email that they are
/// about, kept as evidence, and acted on.
@NullMarked
package reynard.bounce;

import org.jspecify.annotations.NullMarked;
