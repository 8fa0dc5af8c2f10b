/// Pure time: when an email is due, and when a failed one is tried again. No clock, no input or output.
@NullMarked
package reynard.schedule;

import org.jspecify.annotations.NullMarked;
