/// The built-in inbox: an SMTP listener on loopback that keeps what it gets, for when no relay is named.
@NullMarked
package reynard.inbox;

import org.jspecify.annotations.NullMarked;
